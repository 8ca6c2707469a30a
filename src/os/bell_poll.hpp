// SPDX-License-Identifier: MIT
#pragma once

#include "os/event_fd.hpp"

#include <multiprocessing/detail/deadline.hpp>

namespace multiprocessing::detail {

// Sleeps until a bell is rung or another descriptor becomes readable. Edge-triggered: a bell that was rung while nobody
// slept ends the next sleep at once, and needs no system call to be silenced. One thread at a time.
// A bell that the program closes vanishes from the kernel's set, and nobody is told: no sleep is longer than a second.
// The constructor and watch() throw std::system_error.
class BellPoll {
 public:
  explicit BellPoll(const EventFd& bell);
  void watch(int fd);  // as long as it is readable no sleep begins
  void unwatch();

  enum class Woken { by_bell, by_watched, by_nobody, closed };  // closed: the program has closed what this needs
  Woken sleep(Deadline deadline) const;                         // also ends for no reason: look again

 private:
  MarkedFd bell_;
  UniqueFd epoll_;
  int watched_ = -1;
};

}  // namespace multiprocessing::detail
