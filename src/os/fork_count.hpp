// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace multiprocessing::detail {

// The forks of this process, by whichever thread: those that a fork handler sees, so libc's fork(). It does not see
// vfork (posix_spawn, system), whose child only executes a program, nor libc's _Fork() and a raw clone().

void count_forks();  // from now on; throws std::system_error

std::uint64_t forks_begun() noexcept;
std::uint64_t forks_over() noexcept;  // as many as have begun: no thread is in one

}  // namespace multiprocessing::detail
