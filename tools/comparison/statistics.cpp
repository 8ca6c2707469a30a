// SPDX-License-Identifier: MIT
#include "statistics.hpp"

#include <boost/math/distributions/binomial.hpp>

#include <algorithm>
#include <cmath>

namespace compare {
namespace {

constexpr double confidence = 0.95;
// Where the middle half of the samples, or the interval of the median, is wider than the value's half.
constexpr double wide = 0.5;

}  // namespace

std::optional<std::pair<double, double>> median_interval(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto below_median = boost::math::binomial(static_cast<double>(values.size()), 0.5);
  std::optional<std::pair<double, double>> interval;
  // With `left_out` on each side the interval misses the median if at most so many values lie on one side of it.
  for (std::size_t left_out = 0; 2 * left_out + 1 < values.size(); ++left_out) {
    const double misses = 2 * boost::math::cdf(below_median, static_cast<double>(left_out));
    if (1 - misses < confidence) break;
    interval = {values[left_out], values[values.size() - 1 - left_out]};
  }
  return interval;
}

std::optional<Estimate> estimate(const std::vector<measuring::Samples>& launches) {
  std::vector<double> medians;
  std::vector<double> colds;
  std::vector<double> all;
  for (const measuring::Samples& launch : launches) {
    if (launch.cold) colds.push_back(*launch.cold);
    if (launch.samples.empty()) continue;
    medians.push_back(measuring::median(launch.samples));
    all.insert(all.end(), launch.samples.begin(), launch.samples.end());
  }
  if (medians.empty()) return std::nullopt;
  Estimate result{.value = measuring::median(medians), .launches = medians.size(), .samples = all.size()};
  result.interval = median_interval(medians);
  if (!colds.empty()) result.cold = measuring::median(colds);
  result.quartiles = {measuring::quantile(all, 0.25), measuring::quantile(all, 0.75)};
  const double widest = wide * std::abs(result.value);
  const auto is_wider = [&](const auto& range) { return range.second - range.first > widest; };
  result.is_wide = is_wider(result.quartiles) || (result.interval && is_wider(*result.interval));
  return result;
}

}  // namespace compare
