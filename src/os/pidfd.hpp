// SPDX-License-Identifier: MIT
#pragma once

#include "os/unique_fd.hpp"

#include <sys/types.h>

namespace multiprocessing::detail {

// A descriptor for a process that exists: readable once all its threads have ended, also if somebody else has reaped
// it, and never another process's, as a pid can become. Throws std::system_error.
UniqueFd open_pidfd(pid_t pid);

void signal_pidfd(int pidfd, int signal) noexcept;

// Reaps a child that has ended, if nobody else has.
void reap_pidfd(int pidfd) noexcept;

}  // namespace multiprocessing::detail
