// SPDX-License-Identifier: MIT
#include "os/bell_poll.hpp"

#include "os/error.hpp"
#include "os/time_left.hpp"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <climits>

namespace multiprocessing::detail {
namespace {

// Kernels before 5.11 and some sandboxes have no deadline in nanoseconds: rounded up, or we would wake early and spin.
int wait_in_milliseconds(int fd, epoll_event* events, int count, const timespec& left) {
  const long milliseconds = static_cast<long>(left.tv_sec) * 1000 + (left.tv_nsec + 999'999) / 1'000'000;
  return ::epoll_wait(fd, events, count, static_cast<int>(milliseconds < INT_MAX ? milliseconds : INT_MAX));
}

}  // namespace

BellPoll::BellPoll(const EventFd& bell)
    : epoll_(own_fd(::epoll_create1(EPOLL_CLOEXEC), "cannot make an epoll descriptor")) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.fd = bell.fd();
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, bell.fd(), &event) != 0)
    throw_errno("cannot wait for a bell (epoll_ctl)");
}

void BellPoll::watch(int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) throw_errno("cannot watch a process (epoll_ctl)");
  watched_ = fd;
}

void BellPoll::unwatch() {
  if (watched_ >= 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, watched_, nullptr);
  watched_ = -1;
}

BellPoll::Woken BellPoll::sleep(Deadline deadline) const {
  std::array<epoll_event, 2> events{};
  int ready = 0;
  if (deadline == never) {
    ready = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
  } else {
    const timespec left = time_left(deadline);
    ready = ::epoll_pwait2(epoll_.get(), events.data(), static_cast<int>(events.size()), &left, nullptr);
    if (ready < 0 && errno != EINTR) {
      ready = wait_in_milliseconds(epoll_.get(), events.data(), static_cast<int>(events.size()), left);
    }
  }
  for (int index = 0; index < ready; ++index) {
    if (events[static_cast<std::size_t>(index)].data.fd == watched_) return Woken::by_watched;
  }
  return Woken::by_bell_or_deadline;
}

}  // namespace multiprocessing::detail
