// SPDX-License-Identifier: MIT
// Items that do work: is the pool still to be noticed beside a pool of threads?
#include <multiprocessing/pool.hpp>

#include "figures.hpp"
#include "spin.hpp"
#include "tbb_peer.hpp"

namespace bench {
namespace mp = multiprocessing;

std::vector<Row> measure_work(const Setting& setting) {
  struct Size {
    long microseconds;
    double goal;
  };
  constexpr long microseconds_in_a_sample = 150'000;
  mp::Pool pool(setting.workers);
  const std::unique_ptr<TbbPeer> tbb = make_tbb_peer(setting.workers);
  std::vector<Row> rows;
  for (const Size size : {Size{3, 1.08}, Size{30, 1.03}, Size{300, 1.015}}) {
    const auto count = static_cast<std::size_t>(microseconds_in_a_sample / size.microseconds * setting.workers);
    const measuring::Spin task = measuring::spin_of(static_cast<double>(size.microseconds));
    const std::vector<int> items(count, 7);
    std::vector<int> results(count);
    Row row{.subject = "map, items of " + std::to_string(size.microseconds) + " us",
            .unit = "us",
            .peer_name = "oneTBB parallel_for",
            .limit = Limit::ratio,
            .goal = size.goal};
    if (tbb) {
      compare(row, setting.samples, per_item(count, [&] { pool.map(task, items); }),
              per_item(count, [&] { tbb->run(task, items, results); }));
    } else {
      row.note = "built without oneTBB (libtbb-dev)";
    }
    rows.push_back(row);
  }
  return rows;
}

}  // namespace bench
