// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>

namespace multiprocessing::mpi::internal {

// How long to sleep between two looks at something that cannot wake anybody: not at all for a while after the last
// success, then a share of the time since, so that a nap makes nothing much later than it was anyway.
class Naps {
 public:
  using Clock = std::chrono::steady_clock;
  void note_success(Clock::time_point now) { last_success_ = now; }
  std::chrono::nanoseconds next(Clock::time_point now) const {
    using namespace std::chrono_literals;
    const std::chrono::nanoseconds idle = now - last_success_;
    if (idle < 150us) return 0ns;
    return std::min<std::chrono::nanoseconds>(idle / 8, idle < 1s ? 2ms : 5ms);
  }

 private:
  Clock::time_point last_success_ = Clock::now();
};

}  // namespace multiprocessing::mpi::internal
