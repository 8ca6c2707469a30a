// SPDX-License-Identifier: MIT
#pragma once

#include "turns.hpp"

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace compare {

// What one sample says in each of two charts, such as a task's wall time and its CPU time.
struct TwoValues {
  double first = 0;
  std::optional<double> second = {};  // none: the first of its kind has none that can be told
};
struct TwoChartContender {
  std::string series;
  double x = 0;
  std::function<TwoValues()> sample;
};

// As in_turn of one chart. One that throws has no samples in either, and a note that says why.
std::vector<Measured> in_turn(const std::array<std::string, 2>& charts,
                              const std::vector<TwoChartContender>& contenders, const Effort& effort);

}  // namespace compare
