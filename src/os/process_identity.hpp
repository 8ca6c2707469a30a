// SPDX-License-Identifier: MIT
#pragma once

#include "os/unique_fd.hpp"

#include <sys/types.h>

#include <cstdint>

namespace multiprocessing::detail {

// Which process it is, for good: a pid may be given to another one later.
struct ProcessIdentity {
  pid_t pid = 0;
  std::uint64_t started_ticks = 0;  // since boot; 0 where /proc does not tell
};
ProcessIdentity identity_of_this_process() noexcept;
ProcessIdentity identity_of(pid_t pid) noexcept;  // of a process that nobody reaps meanwhile

// A pidfd of it, readable once it has ended; an empty one if it has ended and is gone. Throws std::system_error.
UniqueFd open_process(const ProcessIdentity& process);

}  // namespace multiprocessing::detail
