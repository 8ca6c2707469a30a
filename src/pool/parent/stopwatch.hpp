// SPDX-License-Identifier: MIT
#pragma once

#include "process/worker_starter.hpp"

namespace multiprocessing::detail {

// Tells when a time is over. Time for which the whole process group was stopped (SIGTSTP, SIGCONT) does not count:
// after it, what is timed begins anew. This process cannot know of it by itself; the starter of workers, which was
// stopped with it, does, and is asked before anybody's time is called over. Guarded by the group's mutex.
class Stopwatch {
 public:
  explicit Stopwatch(WorkerStarter& starter) : starter_(starter) {}

  // False also while an answer is on its way: it comes with the bell of a report, then ask again.
  bool is_over(Clock::time_point began, std::chrono::nanoseconds limit, Clock::time_point now) {
    const Deadline end = end_of(began, limit);
    if (now < end) return false;
    const auto continued = starter_.continued_at(end);
    is_asked_ = is_asked_ || !continued;
    if (!continued) return false;
    continued_at_ = *continued;
    return now >= end_of(began, limit);
  }
  // When to look; for what is over while an answer is on its way: at its bell.
  Deadline when_to_look(Clock::time_point began, std::chrono::nanoseconds limit, Clock::time_point now) const {
    const Deadline end = end_of(began, limit);
    return end <= now && is_asked_ ? never : end;
  }
  void begin_look() { is_asked_ = false; }

 private:
  Deadline end_of(Clock::time_point began, std::chrono::nanoseconds limit) const {
    const Clock::time_point begin = std::max(began, continued_at_);
    return limit < never - begin ? begin + limit : never;
  }

  WorkerStarter& starter_;
  Clock::time_point continued_at_{};
  bool is_asked_ = false;  // in the last look, and the answer was not there
};

}  // namespace multiprocessing::detail
