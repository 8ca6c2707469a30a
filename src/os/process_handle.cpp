// SPDX-License-Identifier: MIT
#include "os/process_handle.hpp"

#include "os/wait.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>

namespace multiprocessing::detail {

ProcessHandle::ProcessHandle(pid_t pid) : process_(identity_of(pid)), pidfd_(open_pidfd(pid).release()) {}

ProcessHandle::ProcessHandle(ProcessHandle&& other) noexcept
    : process_(other.process_), pidfd_(other.pidfd_.exchange(MarkedFd())) {}

ProcessHandle& ProcessHandle::operator=(ProcessHandle&& other) noexcept {
  process_ = other.process_;
  UniqueFd(pidfd_.exchange(other.pidfd_.exchange(MarkedFd()))).reset();
  return *this;
}

ProcessHandle::~ProcessHandle() { UniqueFd(pidfd_.load()).reset(); }

int ProcessHandle::pidfd() const {
  MarkedFd now = pidfd_.load();
  while (!now.is_ours()) {
    UniqueFd again = open_process(process_);
    if (pidfd_.compare_exchange_strong(now, again.marked())) now = again.release();
  }
  return now.number;
}

// The kernel looks up the number at each wake-up. By then the program may have closed it, or have a file of its own
// under it.
bool ProcessHandle::ends_by(Deadline deadline) const {
  do {
    const std::array<int, 1> fds{pidfd()};
    if (fds[0] < 0) return true;
    try {
      const bool is_readable = wait_readable(fds, std::min(deadline, deadline_after(std::chrono::seconds(1))));
      if (is_readable && is_whole()) return true;
    } catch (const std::system_error& error) {
      if (error.code() != std::errc::bad_file_descriptor) throw;
    }
  } while (Clock::now() < deadline);
  return false;
}

// Asks again if a file of the program's may have got the number between the check and the use.
ChildState ProcessHandle::reap() const {
  ChildState state = reap_pidfd(pidfd());
  if (state.has_ended && !state.exitcode && !is_whole()) state = reap_pidfd(pidfd());
  return state;
}

bool ProcessHandle::signal(int signal) const {
  const int fd = pidfd();
  if (fd < 0) errno = ESRCH;
  return fd >= 0 && signal_pidfd(fd, signal);
}

}  // namespace multiprocessing::detail
