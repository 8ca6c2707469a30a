// SPDX-License-Identifier: MIT
#pragma once

#include "in_turn.hpp"
#include "measured.hpp"
#include "stopwatch.hpp"

namespace compare {

using measuring::Effort;
using measuring::keep;
using measuring::seconds;

// One of those that are compared. `sample` returns a value in the chart's unit.
struct Contender {
  std::string series;
  double x = 0;
  measuring::Sampler sample;
};

// Samples of all in turn, for one chart.
std::vector<Measured> in_turn(const std::string& chart, const std::vector<Contender>& contenders, const Effort& effort);

void append(std::vector<Measured>& to, std::vector<Measured> more);

}  // namespace compare
