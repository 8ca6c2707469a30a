// SPDX-License-Identifier: MIT
// One task at a time: how long it takes to hear back.
#include <multiprocessing/pool.hpp>

#include "figures.hpp"
#include "kernel_peers.hpp"
#include "pair.hpp"

namespace bench {
namespace {

namespace mp = multiprocessing;

Row measure_round_trip(const Setting& setting, int workers, int trips) {
  measuring::TwoProcesses<measuring::FutexWay> futex;
  mp::Pool pool(workers);
  constexpr int futex_trips = 5'000;
  Row row{.unit = "us", .peer_name = "raw futex, two processes", .limit = Limit::ratio};
  compare(row, setting.samples,
          per_item(static_cast<std::size_t>(trips),
                   [&] {
                     for (int i = 0; i != trips; ++i) pool.apply(&measuring::empty_task, i);
                   }),
          per_item(futex_trips, [&] { futex.round_trips(futex_trips); }));
  return row;
}

}  // namespace

std::vector<Row> measure_round_trip_awake(const Setting& setting) {
  Row row = measure_round_trip(setting, setting.workers, 50'000);
  row.subject = "apply(), one task, both awake";
  row.goal = 1;
  Row absolute = row;
  absolute.subject = "the same: about 0.5 us";
  absolute.limit = Limit::ours;
  absolute.goal = 0.55;
  return {row, absolute};
}

// The library does not spin where it may use one CPU only; both processes of both pairs share it then. On two CPUs the
// scheduler's choice, to put the two on one or on both, makes more difference than the pool.
std::vector<Row> measure_round_trip_asleep(const Setting& setting) {
  stay_on_one_cpu();
  Row row = measure_round_trip(setting, 1, 5'000);
  row.subject = "apply(), one task, on one CPU: no spinning";
  row.goal = 1.5;
  return {row};
}

}  // namespace bench
