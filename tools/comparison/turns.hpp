// SPDX-License-Identifier: MIT
#pragma once

#include "measured.hpp"
#include "stopwatch.hpp"

#include <functional>

namespace compare {

using tools::keep;
using tools::seconds;

// One of those that are compared. `sample` returns a value in the chart's unit.
struct Contender {
  std::string series;
  double x = 0;
  std::function<double()> sample;
};

struct Effort {
  std::chrono::nanoseconds time;  // for all contenders together, about
  std::size_t least_samples = 3;
  std::size_t most_samples = 101;
};

// Samples of all in turn, A B A B, as long as the effort lasts. The first round is what is cold.
std::vector<Measured> in_turn(const std::string& chart, const std::vector<Contender>& contenders, const Effort& effort);

void append(std::vector<Measured>& to, std::vector<Measured> more);

}  // namespace compare
