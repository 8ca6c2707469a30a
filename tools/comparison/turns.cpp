// SPDX-License-Identifier: MIT
#include "turns.hpp"

#include <iterator>

namespace compare {

std::vector<Measured> in_turn(const std::string& chart, const std::vector<Contender>& contenders,
                              const Effort& effort) {
  std::vector<Measured> all;
  const auto end = std::chrono::steady_clock::now() + effort.time;
  for (const Contender& contender : contenders) {
    all.push_back({.chart = chart, .series = contender.series, .x = contender.x, .cold = contender.sample()});
  }
  for (std::size_t round = 0; round != effort.most_samples; ++round) {
    if (round >= effort.least_samples && std::chrono::steady_clock::now() >= end) break;
    for (std::size_t i = 0; i != contenders.size(); ++i) all[i].samples.push_back(contenders[i].sample());
  }
  return all;
}

void append(std::vector<Measured>& to, std::vector<Measured> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace compare
