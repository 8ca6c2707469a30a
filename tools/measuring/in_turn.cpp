// SPDX-License-Identifier: MIT
#include "in_turn.hpp"

namespace measuring {

std::vector<Samples> in_turn(const std::vector<Sampler>& contenders, const Effort& effort) {
  std::vector<Samples> all;
  const auto end = std::chrono::steady_clock::now() + effort.time;
  for (const Sampler& sample : contenders) all.push_back({.cold = sample()});
  for (std::size_t round = 0; round != effort.most_samples; ++round) {
    if (round >= effort.least_samples && std::chrono::steady_clock::now() >= end) break;
    for (std::size_t i = 0; i != contenders.size(); ++i) all[i].samples.push_back(contenders[i]());
  }
  return all;
}

}  // namespace measuring
