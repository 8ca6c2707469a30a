// SPDX-License-Identifier: MIT
#include "os/event_fd.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

namespace multiprocessing::detail {

EventFd::EventFd() : fd_(own_fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "cannot make an eventfd")) {}

bool EventFd::ring(int fd) noexcept {
  const int saved_errno = errno;
  const std::uint64_t one = 1;
  // A full counter is no failure: the bell rings already.
  const bool rang = ::write(fd, &one, sizeof one) == sizeof one || errno == EAGAIN;
  errno = saved_errno;
  return rang;
}

void EventFd::drain(int fd) noexcept {
  const int saved_errno = errno;
  std::uint64_t rings = 0;
  [[maybe_unused]] const auto ignored = ::read(fd, &rings, sizeof rings);
  errno = saved_errno;
}

int EventFd::move_up(int fd) noexcept {
  constexpr rlim_t high = 1024;  // most processes have a descriptor table of this size
  constexpr rlim_t room = 16;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur <= 4 * room) return fd;
  const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, static_cast<int>(std::min(limit.rlim_cur, high) - room));
  if (moved < 0) return fd;
  ::close(fd);
  return moved;
}

}  // namespace multiprocessing::detail
