// SPDX-License-Identifier: MIT
#pragma once

#include "in_turn.hpp"
#include "row.hpp"
#include "stopwatch.hpp"

#include <chrono>
#include <cstddef>

namespace bench {

// What holds for all figures of a run.
struct Setting {
  int workers = 2;
  std::size_t samples = 15;
  std::chrono::milliseconds idle_time{5'000};
};

using measuring::keep;
using measuring::Sampler;
using measuring::seconds;

// Seconds that `work` takes for each of its items.
template <class Work>
Sampler per_item(std::size_t items, Work work) {
  return [items, work] { return seconds(work) / static_cast<double>(items); };
}

// Samples of both in turn, after one of each that does not count; fills in ours, peer, ratio, samples and spread, in
// row.unit. The samplers give seconds.
void compare(Row& row, std::size_t samples, const Sampler& ours, const Sampler& peer);

// From now on this process, and those it forks, run on the CPU that it is on.
void stay_on_one_cpu();

}  // namespace bench
