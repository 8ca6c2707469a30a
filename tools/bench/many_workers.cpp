// SPDX-License-Identifier: MIT
// Does an item cost more if there are many workers?
#include <multiprocessing/pool.hpp>

#include "empty_task.hpp"
#include "figures.hpp"

namespace bench {
namespace {

namespace mp = multiprocessing;
using measuring::empty_task;

Row measure_map(const Setting& setting, mp::Pool& many, mp::Pool& few, std::optional<long> chunksize,
                std::size_t count) {
  const std::vector<int> items(count, 1);
  Row row{.subject = std::string("64 workers, ") + (chunksize ? "chunksize 1" : "default chunks"),
          .unit = "ns",
          .peer_name = "the same with " + std::to_string(setting.workers),
          .limit = Limit::ratio,
          .goal = 1.5};
  const auto map_with = [&](mp::Pool& pool) {
    return per_item(count, [&] { pool.map(&empty_task, items, chunksize); });
  };
  compare(row, setting.samples, map_with(many), map_with(few));
  return row;
}

}  // namespace

std::vector<Row> measure_many_workers(const Setting& setting) {
  mp::Pool many(64);
  mp::Pool few(setting.workers);
  return {measure_map(setting, many, few, 1, 200'000), measure_map(setting, many, few, {}, 2'000'000)};
}

}  // namespace bench
