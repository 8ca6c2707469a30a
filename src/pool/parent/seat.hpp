// SPDX-License-Identifier: MIT
#pragma once

#include "os/bell_poll.hpp"
#include "shm/channel_words.hpp"

#include <multiprocessing/detail/deadline.hpp>

#include <algorithm>
#include <chrono>

namespace multiprocessing::detail {

// Where one thread at a time sleeps until there is something to collect. There is one for whoever waits for a result
// and one for the background thread. All under the collector's mutex, which is free while somebody sleeps in the poll.
struct Seat {
  explicit Seat(Bell its_kind) : kind(its_kind), must_be_rung(its_kind == Bell::background) {}

  // Who sits here is about to sleep: it looks by itself when that is due, and leaves at the limit.
  void plan_sleep(Deadline due, Deadline limit = never) {
    alert = due != never && due < Clock::now() + std::chrono::milliseconds(2);
    sleeps_until = std::min(due, limit);
  }

  const Bell kind;  // what workers are told to ring
  const EventFd bell;
  BellPoll poll{bell};
  bool alert = false;  // who sits here, or will, looks before it sleeps, was rung, or will look by itself soon
  Deadline sleeps_until = never;
  bool must_be_rung;        // or it misses an alert: a waiter only while it sleeps, the background thread always
  bool is_resting = false;  // it does not listen to the bell
};

}  // namespace multiprocessing::detail
