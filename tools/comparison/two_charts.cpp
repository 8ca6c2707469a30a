// SPDX-License-Identifier: MIT
#include "two_charts.hpp"

#include <multiprocessing/errors.hpp>

#include <exception>
#include <utility>

namespace compare {
namespace {

struct Seen {
  std::vector<std::optional<double>> seconds = {};
  std::string failure = {};
};

double sample(const TwoChartContender& contender, Seen& seen) {
  if (!seen.failure.empty()) return 0;
  try {
    const TwoValues values = contender.sample();
    seen.seconds.push_back(values.second);
    return values.first;
  } catch (...) {
    seen.failure = contender.series + ": " + multiprocessing::describe(std::current_exception());
    return 0;
  }
}

}  // namespace

std::vector<Measured> in_turn(const std::array<std::string, 2>& charts,
                              const std::vector<TwoChartContender>& contenders, const Effort& effort) {
  std::vector<Seen> seen(contenders.size());
  std::vector<Contender> ours;
  for (std::size_t i = 0; i != contenders.size(); ++i) {
    const TwoChartContender& each = contenders[i];
    ours.push_back({each.series, each.x, [&each, &there = seen[i]] { return sample(each, there); }});
  }
  std::vector<Measured> result = in_turn(charts[0], ours, effort);
  for (std::size_t i = 0; i != contenders.size(); ++i) {
    Measured second{.chart = charts[1], .series = contenders[i].series, .x = contenders[i].x};
    if (!seen[i].failure.empty()) {
      result[i].cold.reset();
      result[i].samples.clear();
      result[i].note = second.note = seen[i].failure;
    } else {
      second.cold = seen[i].seconds.front();
      for (std::size_t at = 1; at != seen[i].seconds.size(); ++at) {
        if (seen[i].seconds[at]) second.samples.push_back(*seen[i].seconds[at]);
      }
    }
    result.push_back(std::move(second));
  }
  return result;
}

}  // namespace compare
