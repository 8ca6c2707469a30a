// SPDX-License-Identifier: MIT
#pragma once

#include "samples.hpp"

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace compare {

// The fewest of which median_interval() knows an interval.
constexpr std::size_t least_for_interval = 6;

// The narrowest interval between two of the values, the same number of them left out on both sides, that holds the
// median of what they were drawn from with a probability of at least 95 %, whatever its distribution: from the binomial
// distribution. Nothing below least_for_interval values. Source: Conover, Practical Nonparametric Statistics, 3.2.
std::optional<std::pair<double, double>> median_interval(std::vector<double> values);

// The median of the launches' medians.
struct Estimate {
  double value = 0;
  std::optional<std::pair<double, double>> interval = {};  // 95 %, of the launches' medians
  std::optional<double> cold = {};                         // the median of the launches' first
  std::size_t launches = 0;
  std::size_t samples = 0;                   // of all launches
  std::pair<double, double> quartiles = {};  // of all samples: the middle half lies between them
  bool is_wide = false;                      // the quartiles, or the interval, so far apart that it should not be used
};

// Nothing without a sample.
std::optional<Estimate> estimate(const std::vector<measuring::Samples>& launches);

}  // namespace compare
