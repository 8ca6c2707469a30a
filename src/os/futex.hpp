// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/deadline.hpp>

#include <atomic>
#include <cstdint>

namespace multiprocessing::detail {

// A futex on a word in memory that processes share (std::atomic::wait works within one process only).
// futex_wait sleeps while word == expected. It returns after a wake, a change, a signal or the deadline: look again.
// futex_wake wakes all that sleep on the word, in any process.
// futex_add_and_wake adds up to 2047 and wakes all, in one system call, which SIGKILL does not interrupt: a process
// that is killed has done both or neither. None throws.
void futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected, Deadline deadline = never) noexcept;
void futex_wake(const std::atomic<std::uint32_t>& word) noexcept;
void futex_add_and_wake(std::atomic<std::uint32_t>& word, std::uint32_t number) noexcept;

}  // namespace multiprocessing::detail
