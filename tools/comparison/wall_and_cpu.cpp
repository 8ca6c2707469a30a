// SPDX-License-Identifier: MIT
#include "wall_and_cpu.hpp"

#include "cpu_time.hpp"

#include <thread>
#include <utility>

namespace compare {
namespace {

// The kernel keeps the CPU time of a thread on another CPU only to the last tick, some ms, until it sleeps. Those that
// wait for work spin a few dozen microseconds at most, which belong to what they have done.
constexpr std::chrono::microseconds until_all_sleep{300};

double cpu_seconds_at_rest(const std::vector<pid_t>& others) {
  std::this_thread::sleep_for(until_all_sleep);
  return cpu_seconds(others);
}

}  // namespace

WallAndCpu::WallAndCpu(Terms terms) : terms_(std::move(terms)) {}

TwoValues WallAndCpu::operator()() {
  const bool was_cold = std::exchange(is_cold_, false);
  const double least = was_cold ? 0 : std::chrono::duration<double>(terms_.time).count();
  const double cpu_before = cpu_seconds_at_rest(terms_.others);
  double taken = 0;
  long count = 0;
  // In blocks, so that the clock is seldom read, and yet a machine that is suddenly slow does not make it endless.
  for (long block = 1; count == 0 || taken < least; count += block) {
    if (count != 0 && taken < least / 16) block *= 2;
    taken += seconds([&] { terms_.work(block); });
  }
  if (terms_.rest) terms_.rest();
  const double cpu = cpu_seconds_at_rest(terms_.others) - cpu_before;
  const double each = 1 / (static_cast<double>(count) * terms_.unit);
  if (was_cold) return {.first = taken * each};
  return {.first = taken * each, .second = cpu * each};
}

}  // namespace compare
