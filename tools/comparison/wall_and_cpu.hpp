// SPDX-License-Identifier: MIT
#pragma once

#include "two_charts.hpp"

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <vector>

namespace compare {

// What one of many costs that are done in a row: seconds on the clock, and of CPU, here and in the other processes.
class WallAndCpu {
 public:
  // `work(n)` does n of them; after a sample `rest` makes all sleep that would not by themselves. A sample lasts about
  // `time`, and is given in seconds / `unit`.
  struct Terms {
    std::function<void(long)> work;
    std::vector<pid_t> others = {};
    std::function<void()> rest = {};
    std::chrono::nanoseconds time;
    double unit = 1;
  };
  explicit WallAndCpu(Terms terms);

  // The first time it does a single one, and says nothing of its CPU time: to read the clocks costs more than that.
  TwoValues operator()();

 private:
  Terms terms_;
  bool is_cold_ = true;
};

}  // namespace compare
