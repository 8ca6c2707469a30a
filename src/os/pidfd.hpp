// SPDX-License-Identifier: MIT
#pragma once

#include "os/unique_fd.hpp"

#include <sys/types.h>

#include <optional>

namespace multiprocessing::detail {

// A descriptor for a process that exists: readable once all its threads have ended, even if somebody else has reaped
// it. Unlike a pid it never means another process. Throws std::system_error.
UniqueFd open_pidfd(pid_t pid);

bool signal_pidfd(int pidfd, int signal) noexcept;  // false if it is refused; errno is ESRCH if the process has ended

// The state of a child.
struct ChildState {
  bool has_ended;
  std::optional<int> exitcode;  // -N for signal N; none while it runs, or if somebody else has reaped it
};

// Reaps a child if it has ended and nobody else has reaped it. A second call does not know the exit code any more. A
// child whose tracer has not let go of it yet still runs, although its pidfd is readable.
ChildState reap_pidfd(int pidfd) noexcept;

}  // namespace multiprocessing::detail
