// SPDX-License-Identifier: MIT
#pragma once

#include "samples.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

namespace measuring {

// Takes one sample of a contender.
using Sampler = std::function<double()>;

struct Effort {
  std::chrono::nanoseconds time{};  // for all contenders together, about
  std::size_t least_samples = 3;
  std::size_t most_samples = 101;
};

// Samples of all in turn, A B A B, as long as the effort lasts: what changes on the machine meanwhile meets all. The
// first round is what is cold.
std::vector<Samples> in_turn(const std::vector<Sampler>& contenders, const Effort& effort);

}  // namespace measuring
