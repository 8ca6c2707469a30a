// SPDX-License-Identifier: MIT
#include "os/bell_poll.hpp"

#include "os/error.hpp"
#include "os/time_left.hpp"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <span>

namespace multiprocessing::detail {
namespace {

constexpr int longest_sleep_ms = 1000;

int wait(int fd, std::span<epoll_event> events, const timespec& left) {
  const int count = static_cast<int>(events.size());
  if (left.tv_sec * 1000 >= longest_sleep_ms) return ::epoll_wait(fd, events.data(), count, longest_sleep_ms);
  const int ready = ::epoll_pwait2(fd, events.data(), count, &left, nullptr);
  if (ready >= 0 || errno == EINTR) return ready;
  // Kernels before 5.11 and some sandboxes have no deadline in nanoseconds. Rounded up: else this would wake early and
  // spin.
  return ::epoll_wait(fd, events.data(), count, static_cast<int>((left.tv_nsec + 999'999) / 1'000'000));
}

}  // namespace

BellPoll::BellPoll(const EventFd& bell)
    : bell_(bell.marked()), epoll_(own_fd(::epoll_create1(EPOLL_CLOEXEC), "cannot make an epoll descriptor")) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.fd = bell.fd();
  if (!bell_.is_ours() || ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, bell.fd(), &event) != 0)
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
  if (watched_ >= 0 && epoll_.is_ours()) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, watched_, nullptr);
  watched_ = -1;
}

BellPoll::Woken BellPoll::sleep(Deadline deadline) const {
  // Asked each time: the program may have an epoll of its own under this number by now, whose events must not be taken.
  if (!epoll_.is_ours()) return Woken::closed;
  std::array<epoll_event, 2> events{};
  const int ready = wait(epoll_.get(), events, time_left(deadline));
  for (int index = 0; index < ready; ++index) {
    if (events[static_cast<std::size_t>(index)].data.fd == watched_) return Woken::by_watched;
  }
  if (ready > 0) return Woken::by_bell;
  return bell_.is_ours() ? Woken::by_nobody : Woken::closed;
}

}  // namespace multiprocessing::detail
