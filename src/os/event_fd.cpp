// SPDX-License-Identifier: MIT
#include "os/event_fd.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace multiprocessing::detail {

EventFd::EventFd() : fd_(own_fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "cannot make an eventfd")) {}

void EventFd::ring(int fd) noexcept {
  const int saved_errno = errno;
  const std::uint64_t one = 1;
  // The only failure is a counter that is full, and then the bell rings already.
  [[maybe_unused]] const auto ignored = ::write(fd, &one, sizeof one);
  errno = saved_errno;
}

void EventFd::drain(int fd) noexcept {
  const int saved_errno = errno;
  std::uint64_t rings = 0;
  [[maybe_unused]] const auto ignored = ::read(fd, &rings, sizeof rings);
  errno = saved_errno;
}

}  // namespace multiprocessing::detail
