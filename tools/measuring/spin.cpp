// SPDX-License-Identifier: MIT
#include "spin.hpp"

#include "stopwatch.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace measuring {
namespace {

constexpr double steps_per_microsecond = 500;  // about; where the search begins
constexpr int rounds_of_search = 4;
constexpr int tries = 3;
constexpr double microseconds_of_a_try = 500;

double least_microseconds(const Spin& task, std::size_t items) {
  const std::vector<int> numbers(items, 7);
  std::vector<int> results(items);
  double least = std::numeric_limits<double>::max();
  for (int i = 0; i != tries; ++i) {
    least = std::min(least, seconds([&] { run_serially(task, numbers, results); }));
    keep(results.data());
  }
  return least * 1e6 / static_cast<double>(items);
}

}  // namespace

[[gnu::noinline]] int Spin::operator()(int item) const {
  auto x = static_cast<std::uint64_t>(item);
  for (long i = 0; i != steps; ++i) x = x * 6364136223846793005U + 1442695040888963407U;
  return static_cast<int>(x >> 33U);
}

[[gnu::noinline]] void run_serially(const Spin& task, const std::vector<int>& items, std::vector<int>& results) {
  for (std::size_t i = 0; i != items.size(); ++i) results[i] = task(items[i]);
}

Spin spin_of(double microseconds) {
  const auto items = static_cast<std::size_t>(std::max(1.0, microseconds_of_a_try / microseconds));
  const auto whole_steps = [](double steps) { return std::max(1L, std::lround(steps)); };
  Spin task{whole_steps(microseconds * steps_per_microsecond)};
  for (int i = 0; i != rounds_of_search; ++i) {
    task.steps = whole_steps(static_cast<double>(task.steps) * microseconds / least_microseconds(task, items));
  }
  return task;
}

}  // namespace measuring
