// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace multiprocessing::detail {

// The number of forks of this process, in all threads, counted by a fork handler that libc's fork() calls. It does not
// see vfork (posix_spawn, system), whose child only executes a program, nor libc's _Fork() and a raw clone().

void count_forks();  // from now on; throws std::system_error

std::uint64_t forks_begun() noexcept;
std::uint64_t forks_over() noexcept;  // if it equals forks_begun(), no thread is in a fork

}  // namespace multiprocessing::detail
