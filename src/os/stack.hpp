// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

namespace multiprocessing::detail {

// The calling thread's stack, as far as it may grow; empty if the system does not tell. Looked up once for each thread;
// for the main thread it is read from /proc.
std::span<const std::byte> this_threads_stack() noexcept;

}  // namespace multiprocessing::detail
