// SPDX-License-Identifier: MIT
#pragma once

#include "turns.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>

namespace compare {

// Calls something as often as it takes to be well above the clock's resolution. The first call is timed alone; later
// ones, if they are short, after as many that are not timed: the contender before has left the caches and the pages
// behind, and a worker that was woken on its caller's CPU needs a while until the system moves it to another.
class Repeated {
 public:
  explicit Repeated(std::function<void()> call) : call_(std::move(call)) {}

  double operator()() {  // us a call
    if (calls_ == 0) {
      calls_ = 1;
      return 1e6 * seconds(call_);
    }
    if (!is_calibrated_) calibrate();
    if (calls_ != 1) time_all();
    return 1e6 * time_all() / static_cast<double>(calls_);
  }

 private:
  static constexpr double long_enough = 0.002;
  static constexpr std::size_t most_calls = 1 << 20;

  double time_all() const {
    return seconds([this] {
      for (std::size_t i = 0; i != calls_; ++i) call_();
    });
  }
  void calibrate() {
    // Twice: an interruption is no reason to call less often.
    while (calls_ < most_calls && std::min(time_all(), time_all()) < long_enough) calls_ *= 2;
    is_calibrated_ = true;
  }

  std::function<void()> call_;
  std::size_t calls_ = 0;
  bool is_calibrated_ = false;
};

}  // namespace compare
