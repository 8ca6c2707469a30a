// SPDX-License-Identifier: MIT
#pragma once

#include "measure.hpp"

#include <string>
#include <vector>

namespace bench {

// One thing to measure, in a process of its own: pools are made there before any peer starts a thread.
struct Figure {
  std::string name;
  std::string subject;
  std::vector<Row> (*measure)(const Setting& setting);
};

// In the order of the table.
const std::vector<Figure>& figures();

std::vector<Row> measure_async(const Setting& setting);
std::vector<Row> measure_callbacks(const Setting& setting);
std::vector<Row> measure_as_completed(const Setting& setting);
std::vector<Row> measure_single_items(const Setting& setting);
std::vector<Row> measure_lazy(const Setting& setting);
std::vector<Row> measure_against_python(const Setting& setting);
std::vector<Row> measure_round_trip_awake(const Setting& setting);
std::vector<Row> measure_round_trip_asleep(const Setting& setting);
std::vector<Row> measure_integers(const Setting& setting);
std::vector<Row> measure_echo(const Setting& setting);
std::vector<Row> measure_texts(const Setting& setting);
std::vector<Row> measure_work(const Setting& setting);
std::vector<Row> measure_many_workers(const Setting& setting);
std::vector<Row> measure_matrices(const Setting& setting);
std::vector<Row> measure_graph(const Setting& setting);
std::vector<Row> measure_graph_memory(const Setting& setting);
std::vector<Row> measure_against_dask(const Setting& setting);
std::vector<Row> measure_inheritance(const Setting& setting);
std::vector<Row> measure_forks(const Setting& setting);
std::vector<Row> measure_queue(const Setting& setting);
std::vector<Row> measure_pipe(const Setting& setting);
std::vector<Row> measure_lock(const Setting& setting);
std::vector<Row> measure_idle(const Setting& setting);
std::vector<Row> measure_compile_time(const Setting& setting);

}  // namespace bench
