// SPDX-License-Identifier: MIT
// Much data: what it costs to carry it there and back.
#include <multiprocessing/pool.hpp>

#include "empty_task.hpp"
#include "figures.hpp"

#include <cstdio>
#include <cstring>
#include <numeric>

namespace bench {
namespace {

namespace mp = multiprocessing;
using measuring::empty_task;

std::vector<double> identity(std::vector<double> values) { return values; }

double memcpy_nanoseconds(const std::vector<int>& items, std::size_t samples) {
  std::vector<int> target(items.size());
  const auto copy = per_item(items.size(), [&] {
    std::memcpy(target.data(), items.data(), items.size() * sizeof(int));
    keep(target.data());
  });
  const auto taken = measuring::in_turn({copy}, {.least_samples = samples, .most_samples = samples});
  return measuring::median(taken[0].samples) * 1e9;
}

void copy_four_times(const std::vector<double>& values) {
  for (int i = 0; i != 4; ++i) {
    const auto copy = values;
    keep(copy.data());
  }
}

void copy_twice(const std::vector<int>& values) {
  const auto first = values;
  const auto second = first;
  keep(second.data());
}

}  // namespace

std::vector<Row> measure_integers(const Setting& setting) {
  std::vector<int> items(2'000'000);
  std::iota(items.begin(), items.end(), 0);
  mp::Pool pool(setting.workers);
  Row row{.subject = "map, 2,000,000 integers",
          .unit = "ns",
          .peer_name = "two copies (auto b = a;)",
          .limit = Limit::ratio,
          .goal = 1.5};
  compare(row, setting.samples, per_item(items.size(), [&] { pool.map(&empty_task, items); }),
          per_item(items.size(), [&] { copy_twice(items); }));
  char note[64];
  std::snprintf(note, sizeof note, "memcpy takes %.2f ns an integer", memcpy_nanoseconds(items, setting.samples));
  row.note = note;
  return {row};
}

std::vector<Row> measure_echo(const Setting& setting) {
  const std::vector<double> values((std::size_t{64} << 20) / sizeof(double), 1.5);
  mp::Pool pool(setting.workers);
  Row row{.subject = "echo of 64 MiB of doubles",
          .unit = "ms",
          .peer_name = "four copies (auto b = a;)",
          .limit = Limit::ratio,
          .goal = 0.75};
  compare(row, setting.samples, per_item(1, [&] { keep(pool.apply(&identity, values).data()); }),
          per_item(1, [&] { copy_four_times(values); }));
  return {row};
}

}  // namespace bench
