// SPDX-License-Identifier: MIT
#include "os/process_handle.hpp"

#include "os/wait.hpp"

#include <array>
#include <cerrno>

namespace multiprocessing::detail {

ProcessHandle::ProcessHandle(pid_t pid) : process_(identity_of(pid)), pidfd_(open_pidfd(pid)) {}

int ProcessHandle::pidfd() const {
  if (!pidfd_.is_ours()) pidfd_ = open_process(process_);
  return pidfd_.get();
}

bool ProcessHandle::ends_by(Deadline deadline) const {
  const std::array<int, 1> fds{pidfd()};
  return fds[0] < 0 || wait_readable(fds, deadline);
}

bool ProcessHandle::signal(int signal) const {
  const int fd = pidfd();
  if (fd < 0) errno = ESRCH;
  return fd >= 0 && signal_pidfd(fd, signal);
}

}  // namespace multiprocessing::detail
