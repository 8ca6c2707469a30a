// SPDX-License-Identifier: MIT
#pragma once

#include "row.hpp"

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

// How long `work` takes, in seconds.
template <class Work>
double seconds(const Work& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

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

// The compiler must believe that someone reads what the address leads to.
inline void keep(const void* address) { asm volatile("" : : "g"(address) : "memory"); }

}  // namespace bench
