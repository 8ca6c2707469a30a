// SPDX-License-Identifier: MIT
#pragma once

#include "row.hpp"
#include "stopwatch.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

namespace bench {

// What holds for all figures of a run.
struct Setting {
  int workers = 2;
  std::size_t samples = 15;
  std::chrono::milliseconds idle_time{5'000};
};

using tools::keep;
using tools::seconds;

// Seconds of one sample, for as many items as `items` says.
struct Contender {
  std::size_t items;
  std::function<double()> sample;
};

double median(std::vector<double> values);

// Samples of both in turn, after one of each that does not count; fills in ours, peer, ratio, samples and spread, in
// row.unit an item.
void compare(Row& row, std::size_t samples, const Contender& ours, const Contender& peer);

// From now on this process, and those it forks, run on the CPU that it is on.
void stay_on_one_cpu();

}  // namespace bench
