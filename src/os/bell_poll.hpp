// SPDX-License-Identifier: MIT
#pragma once

#include "os/event_fd.hpp"

#include <multiprocessing/detail/deadline.hpp>

namespace multiprocessing::detail {

// Sleeps until a bell is rung or another descriptor becomes readable. Edge-triggered: a bell that was rung while nobody
// slept ends the next sleep at once, and no system call is needed to silence it. One thread at a time. If the program
// closes the bell, it vanishes from the kernel's set without notice: so no sleep is longer than a second. The
// constructor and watch() throw std::system_error.
class BellPoll {
 public:
  explicit BellPoll(const EventFd& bell);
  void watch(int fd);  // while it is readable, sleep() returns at once
  void unwatch();

  enum class Woken { by_bell, by_watched, by_nobody, closed };  // closed: by the program, a descriptor that this needs
  Woken sleep(Deadline deadline) const;                         // may also end for no reason: look again

 private:
  MarkedFd bell_;
  UniqueFd epoll_;
  int watched_ = -1;
};

}  // namespace multiprocessing::detail
