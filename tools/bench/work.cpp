// SPDX-License-Identifier: MIT
// Items that do work: is the pool still to be noticed beside a pool of threads?
#include <multiprocessing/pool.hpp>

#include "figures.hpp"
#include "tbb_peer.hpp"

#include <algorithm>

namespace bench {
namespace {

namespace mp = multiprocessing;

// A chain of multiplications: the same work at any moment and on any CPU, unlike a loop that watches the clock.
long multiply(long rounds) {
  auto value = static_cast<unsigned long>(rounds);
  for (long i = 0; i != rounds; ++i) {
    value = value * 6364136223846793005UL + 1442695040888963407UL;
    asm volatile("" : "+r"(value));
  }
  return static_cast<long>(value >> 1);
}

long rounds_in_a_microsecond() {
  constexpr long rounds = 1'000'000;
  double best = 1;
  for (int i = 0; i != 10; ++i) best = std::min(best, seconds([] { (void)multiply(rounds); }));
  return std::max(1L, static_cast<long>(rounds / best / 1e6));
}

}  // namespace

std::vector<Row> measure_work(const Setting& setting) {
  struct Size {
    long microseconds;
    double goal;
  };
  constexpr long microseconds_in_a_sample = 150'000;
  mp::Pool pool(setting.workers);
  const std::unique_ptr<TbbPeer> tbb = make_tbb_peer(setting.workers);
  const long rounds = rounds_in_a_microsecond();
  std::vector<Row> rows;
  for (const Size size : {Size{3, 1.15}, Size{30, 1.05}, Size{300, 1.02}}) {
    const auto count = static_cast<std::size_t>(microseconds_in_a_sample / size.microseconds * setting.workers);
    const std::vector<long> items(count, size.microseconds * rounds);
    std::vector<long> results(count);
    Row row{.subject = "map, items of " + std::to_string(size.microseconds) + " us",
            .unit = "us",
            .peer_name = "oneTBB parallel_for",
            .limit = Limit::ratio,
            .goal = size.goal};
    if (tbb) {
      compare(row, setting.samples, {count, [&] { return seconds([&] { pool.map(&multiply, items); }); }},
              {count, [&] { return seconds([&] { tbb->run(&multiply, items, results); }); }});
    } else {
      row.note = "built without oneTBB (libtbb-dev)";
    }
    rows.push_back(row);
  }
  return rows;
}

}  // namespace bench
