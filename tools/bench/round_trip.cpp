// SPDX-License-Identifier: MIT
// One task at a time: how long it takes to hear back.
#include <multiprocessing/pool.hpp>

#include "figures.hpp"
#include "kernel_peers.hpp"
#include "pair.hpp"

#include <sched.h>

#include <type_traits>

namespace bench {
namespace {

namespace mp = multiprocessing;

template <class Way>
Row measure_round_trip(const Setting& setting, mp::Pool& pool, int trips, int peer_trips) {
  measuring::TwoProcesses<Way> pair;
  Row row{.unit = "us", .limit = Limit::ratio};
  const auto apply_all = [&] {
    for (int i = 0; i != trips; ++i) pool.apply(&measuring::empty_task, i);
  };
  const auto send_all = [&] {
    pair.round_trips(peer_trips);
    if constexpr (std::is_same_v<Way, measuring::SpinningWay>) pair.there().rest();  // it leaves its CPU to the pool
  };
  compare(row, setting.samples, per_item(static_cast<std::size_t>(trips), apply_all),
          per_item(static_cast<std::size_t>(peer_trips), send_all));
  return row;
}

Row measure_spinning(const Setting& setting, int workers, bool after_async) {
  mp::Pool pool(workers);
  if (after_async) pool.apply_async(&measuring::empty_task, 1).get();  // from now on there is a thread that listens
  Row row = measure_round_trip<measuring::SpinningWay>(setting, pool, 50'000, 50'000);
  row.subject = after_async ? "apply() after an apply_async" : "apply(), workers: " + std::to_string(workers);
  row.peer_name = "two processes that spin";
  row.goal = 3;
  row.note = "on CPU " + std::to_string(::sched_getcpu()) + ", and a worker on " +
             std::to_string(pool.apply([] { return ::sched_getcpu(); }));
  return row;
}

}  // namespace

std::vector<Row> measure_round_trip_awake(const Setting& setting) {
  return {measure_spinning(setting, 1, false), measure_spinning(setting, 2, false), measure_spinning(setting, 3, false),
          measure_spinning(setting, setting.workers, true)};
}

// The library does not spin where it may use one CPU only; both processes of both pairs share it then. On two CPUs the
// scheduler's choice, to put the two on one or on both, makes more difference than the pool.
std::vector<Row> measure_round_trip_asleep(const Setting& setting) {
  stay_on_one_cpu();
  mp::Pool pool(1);
  Row row = measure_round_trip<measuring::FutexWay>(setting, pool, 5'000, 5'000);
  row.peer_name = "raw futex, two processes";
  row.subject = "apply(), one task, on one CPU: no spinning";
  row.goal = 1.5;
  return {row};
}

}  // namespace bench
