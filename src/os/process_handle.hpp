// SPDX-License-Identifier: MIT
#pragma once

#include "os/pidfd.hpp"
#include "os/process_identity.hpp"

#include <multiprocessing/detail/deadline.hpp>

namespace multiprocessing::detail {

// A process that has not been reaped yet, by a pidfd; and by a new one, if the program has closed that. One thread at a
// time. What opens a pidfd throws std::system_error.
class ProcessHandle {
 public:
  ProcessHandle() = default;
  explicit ProcessHandle(pid_t pid);

  pid_t pid() const noexcept { return process_.pid; }
  bool is_whole() const noexcept { return pidfd_.is_ours(); }  // false: the program has closed it
  int pidfd() const;                                           // -1: the process has ended and is gone
  bool ends_by(Deadline deadline) const;
  bool signal(int signal) const;  // as signal_pidfd()
  ChildState reap() const { return reap_pidfd(pidfd()); }

 private:
  ProcessIdentity process_;
  mutable UniqueFd pidfd_;
};

}  // namespace multiprocessing::detail
