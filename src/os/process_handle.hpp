// SPDX-License-Identifier: MIT
#pragma once

#include "os/pidfd.hpp"
#include "os/process_identity.hpp"

#include <multiprocessing/detail/deadline.hpp>

#include <atomic>

namespace multiprocessing::detail {

// A process that has not been reaped yet, by a pidfd; by a new pidfd if the program has closed the first. Any thread,
// and no lock, so that a process that is forked meanwhile may use it, too. Calls that open a pidfd throw
// std::system_error.
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
