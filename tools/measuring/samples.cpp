// SPDX-License-Identifier: MIT
#include "samples.hpp"

#include <algorithm>
#include <cmath>

namespace measuring {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

double quantile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(std::lround(part * static_cast<double>(values.size() - 1)))];
}

double spread(const std::vector<double>& values, double whole) {
  return whole == 0 ? 0 : (quantile(values, 0.75) - quantile(values, 0.25)) / std::abs(whole);
}

}  // namespace measuring
