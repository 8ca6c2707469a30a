// SPDX-License-Identifier: MIT
#include "turns.hpp"

#include <iterator>

namespace compare {

std::vector<Measured> in_turn(const std::string& chart, const std::vector<Contender>& contenders,
                              const Effort& effort) {
  std::vector<measuring::Sampler> samplers;
  for (const Contender& each : contenders) samplers.push_back(each.sample);
  std::vector<measuring::Samples> taken = measuring::in_turn(samplers, effort);
  std::vector<Measured> all;
  for (std::size_t i = 0; i != contenders.size(); ++i) {
    const Contender& each = contenders[i];
    all.push_back({chart, each.series, each.x, taken[i].cold, std::move(taken[i].samples)});
  }
  return all;
}

void append(std::vector<Measured>& to, std::vector<Measured> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace compare
