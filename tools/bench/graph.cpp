// SPDX-License-Identifier: MIT
// Delayed calls: what a graph adds to the calls that it is made of, in time and in memory.
#include <multiprocessing/delayed.hpp>
#include <multiprocessing/pool.hpp>

#include "empty_task.hpp"
#include "figures.hpp"
#include "isolated.hpp"
#include "python_peer.hpp"
#include "spin.hpp"

#include <fstream>
#include <numeric>
#include <stdexcept>

namespace bench {
namespace {

namespace mp = multiprocessing;
using measuring::empty_task;

constexpr int wide_nodes = 10'000;

std::vector<int> numbers(std::size_t count) {
  std::vector<int> all(count);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

Sampler wide_graph(mp::Pool& pool) {
  return per_item(wide_nodes, [&pool, items = numbers(wide_nodes)] {
    keep(mp::compute(pool.delayed(&empty_task).map(items)).data());
  });
}

int compute_chain(mp::Pool& pool, int nodes) {
  const auto next = pool.delayed(&empty_task);
  mp::Delayed<int> chain = next(0);
  for (int i = 1; i != nodes; ++i) chain = next(std::move(chain));
  return chain.compute();
}

Row measure_wide(const Setting& setting, mp::Pool& pool) {
  Row row{.subject = "10,000 delayed calls, a call",
          .unit = "ns",
          .peer_name = "apply_async + get",
          .limit = Limit::ratio,
          .goal = 2};
  const auto apply_all = [&] {
    std::vector<mp::AsyncResult<int>> results;
    results.reserve(wide_nodes);
    for (int i = 0; i != wide_nodes; ++i) results.push_back(pool.apply_async(&empty_task, i));
    for (mp::AsyncResult<int>& result : results) result.get();
  };
  compare(row, setting.samples, wide_graph(pool), per_item(wide_nodes, apply_all));
  return row;
}

Row measure_chain(const Setting& setting, mp::Pool& pool) {
  constexpr int nodes = 5'000;
  Row row{.subject = "a chain of delayed calls, a call",
          .unit = "us",
          .peer_name = "apply()",
          .limit = Limit::ratio,
          .goal = 1.5};
  const auto apply_all = [&] {
    int value = 0;
    for (int i = 0; i != nodes; ++i) value = pool.apply(&empty_task, value);
  };
  compare(row, setting.samples, per_item(nodes, [&] { compute_chain(pool, nodes); }), per_item(nodes, apply_all));
  return row;
}

int spin(long steps, int item) { return measuring::Spin{steps}(item); }

// The peer is the ideal: each worker does an equal part of the work, in one piece. It is measured in turn with ours,
// because other programs on the machine slow down both.
Row measure_uneven_chains(const Setting& setting, mp::Pool& pool) {
  constexpr int chains_of_a_worker = 16;
  constexpr int nodes = 8;
  constexpr double most_microseconds = 355;  // of a node; the chains of a worker take about 25 ms together
  const int chains = chains_of_a_worker * setting.workers;
  const long most_steps = measuring::spin_of(most_microseconds).steps;
  std::vector<long> steps;  // of each node of a chain: from a tenth to the whole, in no order
  for (int chain = 0; chain != chains; ++chain) {
    const int rank = chain * 7 % chains_of_a_worker;
    steps.push_back(most_steps / 10 + most_steps * 9 / 10 * rank / (chains_of_a_worker - 1));
  }
  const long all_steps = nodes * std::accumulate(steps.begin(), steps.end(), 0L);
  const measuring::Spin part{all_steps / setting.workers};
  const std::vector<int> items(static_cast<std::size_t>(setting.workers), 7);
  Row row{.subject = std::to_string(chains) + " uneven chains of 8 calls",
          .unit = "ms",
          .peer_name = "the work in equal parts",
          .limit = Limit::ratio,
          .goal = 1.15};
  const auto compute_chains = [&] {
    const auto next = pool.delayed(&spin);
    std::vector<mp::Delayed<int>> ends;
    for (const long each : steps) {
      mp::Delayed<int> chain = next(each, 7);
      for (int i = 1; i != nodes; ++i) chain = next(each, std::move(chain));
      ends.push_back(std::move(chain));
    }
    keep(mp::compute(ends).data());
  };
  compare(row, setting.samples, per_item(1, compute_chains), per_item(1, [&] { pool.map(part, items, 1); }));
  return row;
}

// A field of /proc/self/status that is in kB.
double memory_bytes(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kilobytes = 0;
    if (word == field + ":" && status >> kilobytes) return kilobytes * 1024;
  }
  throw std::runtime_error("/proc/self/status has no " + field);
}

// By how much a process that does such work in a pool grows at most, beyond what it has when the pool is ready.
template <class Work>
double peak_bytes(const Setting& setting, const Work& work) {
  const auto measure = [&](int fd) {
    mp::Pool pool(setting.workers);
    pool.map(&empty_task, std::vector<int>(1000, 1), 1);
    const double before = memory_bytes("VmRSS");
    work(pool);
    return measuring::write_all(fd, std::to_string(memory_bytes("VmHWM") - before)) ? 0 : 1;
  };
  const measuring::Isolated result = measuring::run_isolated(measure, std::chrono::seconds(60));
  if (!result.failure.empty()) throw std::runtime_error(result.failure);
  return std::stod(result.text);
}

using Numbers = std::vector<double>;
Numbers load(int number) { return Numbers(125'000, number); }  // 1 MB
Numbers halve(Numbers numbers) {
  numbers.resize(numbers.size() / 2);
  return numbers;
}
Numbers add(std::vector<Numbers> parts) {
  for (std::size_t part = 1; part != parts.size(); ++part) {
    for (std::size_t i = 0; i != parts[0].size(); ++i) parts[0][i] += parts[part][i];
  }
  return std::move(parts[0]);
}
double total(const Numbers& numbers) { return std::accumulate(numbers.begin(), numbers.end(), 0.0); }

Row measure_reduction(const Setting& setting) {
  const std::vector<int> loads = numbers(1000);
  const auto in_a_graph = [&](mp::Pool& pool) {
    const auto halves = pool.delayed(&halve).map(pool.delayed(&load).map(loads));
    const auto sum = mp::tree_reduce(pool.delayed(&add), halves);
    const auto result = pool.delayed(&total);
    result(sum).compute();
  };
  const auto in_maps = [&](mp::Pool& pool) { pool.map(&total, pool.map(&halve, pool.map(&load, loads))); };
  Row row{.subject = "1,000 loads of 1 MB, tree_reduce",
          .unit = "MB",
          .ours = peak_bytes(setting, in_a_graph) / 1e6,
          .peer_name = "three maps in a row",
          .peer = peak_bytes(setting, in_maps) / 1e6,
          .limit = Limit::ours,
          .goal = 32,
          .samples = 1};
  row.ratio = row.ours / row.peer;
  return row;
}

Row measure_node(const Setting& setting) {
  constexpr int nodes = 100'000;
  return {.subject = "a chain of 100,000, a delayed call",
          .unit = "bytes",
          .ours = peak_bytes(setting, [](mp::Pool& pool) { compute_chain(pool, nodes); }) / nodes,
          .limit = Limit::ours,
          .goal = 300,
          .samples = 1};
}

}  // namespace

std::vector<Row> measure_graph(const Setting& setting) {
  mp::Pool pool(setting.workers);
  return {measure_wide(setting, pool), measure_chain(setting, pool), measure_uneven_chains(setting, pool)};
}

std::vector<Row> measure_graph_memory(const Setting& setting) {
  return {measure_reduction(setting), measure_node(setting)};
}

std::vector<Row> measure_against_dask(const Setting& setting) {
  constexpr std::size_t dask_nodes = 2'000;
  const auto dask = [&](const char* scheduler) {
    return PythonPeer({scheduler, std::to_string(setting.workers), std::to_string(dask_nodes)}, dask_nodes);
  };
  PythonPeer threads = dask("dask-threads");
  PythonPeer processes = dask("dask-processes");
  mp::Pool pool(setting.workers);
  const auto compared = [&](PythonPeer& peer, const char* name, double goal) {
    Row row = peer.compared({.subject = "a wide graph, a delayed call",
                             .unit = "us",
                             .peer_name = name,
                             .limit = Limit::ratio,
                             .goal = goal},
                            setting.samples, wide_graph(pool));
    if (!row.measured()) row.note = "there is no Dask here (python3-dask)";
    return row;
  };
  return {compared(threads, "Dask, in threads", 1.0 / 50), compared(processes, "Dask, in processes", 1.0 / 200)};
}

}  // namespace bench
