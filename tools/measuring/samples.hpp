// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <vector>

namespace measuring {

// What one contender has been measured to take.
struct Samples {
  std::optional<double> cold = {};  // the first; not among the others
  std::vector<double> samples = {};
};

double median(std::vector<double> values);                 // of at least one
double quantile(std::vector<double> values, double part);  // the same; the nearest rank

// How far apart the middle half of the values is, relative to `whole`.
double spread(const std::vector<double>& values, double whole);

}  // namespace measuring
