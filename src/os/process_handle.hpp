// SPDX-License-Identifier: MIT
#pragma once

#include "os/pidfd.hpp"
#include "os/process_identity.hpp"

#include <multiprocessing/detail/deadline.hpp>

#include <atomic>

namespace multiprocessing::detail {

// A process that has not been reaped yet, by a pidfd; and by a new one, if the program has closed that. Any thread, and
// no lock, so that a process that is forked meanwhile may ask, too. What opens a pidfd throws std::system_error.
class ProcessHandle {
 public:
  ProcessHandle() = default;
  explicit ProcessHandle(pid_t pid);
  ProcessHandle(ProcessHandle&& other) noexcept;
  ProcessHandle& operator=(ProcessHandle&& other) noexcept;
  ~ProcessHandle();

  pid_t pid() const noexcept { return process_.pid; }
  bool is_whole() const noexcept { return pidfd_.load().is_ours(); }  // false: the program has closed it
  int pidfd() const;                                                  // -1: the process has ended and is gone
  bool ends_by(Deadline deadline) const;
  bool signal(int signal) const;  // as signal_pidfd()
  ChildState reap() const;

 private:
  ProcessIdentity process_;
  mutable std::atomic<MarkedFd> pidfd_ = {};
};

}  // namespace multiprocessing::detail
