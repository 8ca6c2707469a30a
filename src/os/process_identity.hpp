// SPDX-License-Identifier: MIT
#pragma once

#include "os/unique_fd.hpp"

#include <sys/types.h>

#include <cstdint>

namespace multiprocessing::detail {

// Identifies a process for good: its pid may be given to another one later.
struct ProcessIdentity {
  pid_t pid = 0;
  std::uint64_t started_ticks = 0;  // since boot; 0 if /proc does not tell
};
ProcessIdentity identity_of_this_process() noexcept;
ProcessIdentity identity_of(pid_t pid) noexcept;  // the process must not be reaped meanwhile

// A pidfd of the process, readable once it has ended; empty if it has ended and was reaped. Throws std::system_error.
UniqueFd open_process(const ProcessIdentity& process);

}  // namespace multiprocessing::detail
