// SPDX-License-Identifier: MIT
// How long a task must be for map to be faster than a loop, and how much faster it is.
#include <multiprocessing/pool.hpp>
#include <multiprocessing/thread_pool.hpp>

#include "section.hpp"
#include "spin.hpp"
#include "turns.hpp"

#include <algorithm>
#include <memory>
#include <numeric>

namespace compare {
namespace {

namespace mp = multiprocessing;
using measuring::Spin;

constexpr double lengths_us[] = {0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000};
constexpr double caller_us = 0.2;         // a pool needs about so much of its caller for each item, however short
constexpr int least_for_each_worker = 8;  // items; a worker that is late must not be half of the sample
constexpr std::size_t chunks_for_each_worker = 4;  // by default: all of one size, else the last worker decides
constexpr std::size_t least_serial_items = 4;
constexpr int samples_wanted = 20;
constexpr int series_in_all = 4;

using Map = std::function<std::vector<int>(const Spin&, const std::vector<int>&)>;
struct Series {
  std::string name;
  Map map;
};

// A task's length, and the items that are mapped over.
struct Load {
  double length_us;
  Spin task;
  std::vector<int> items;
  std::vector<int> serial_items = {};
  std::vector<int> serial_results = {};
};

std::vector<int> numbers(std::size_t count) {
  std::vector<int> all(count);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

// A parallel map takes about `sample_us` where it is well done, and the serial loop half of that.
Load load_of(double length_us, int cpus, double sample_us) {
  const auto at_least = static_cast<std::size_t>(least_for_each_worker * cpus);
  const auto wanted = static_cast<std::size_t>(sample_us / std::max(length_us / cpus, caller_us));
  const std::size_t chunks = chunks_for_each_worker * static_cast<std::size_t>(cpus);
  const std::size_t count = (std::max(at_least, wanted) + chunks - 1) / chunks * chunks;
  const auto serial_count = std::max(least_serial_items, static_cast<std::size_t>(sample_us / 2 / length_us));
  Load load{.length_us = length_us, .task = measuring::spin_of(length_us), .items = numbers(count)};
  load.serial_items = numbers(serial_count);
  load.serial_results.resize(serial_count);
  return load;
}

double serial_us(Load& load) {
  const double taken = seconds([&] { run_serially(load.task, load.serial_items, load.serial_results); });
  keep(load.serial_results.data());
  return taken * 1e6 / static_cast<double>(load.serial_items.size());
}

double mapped_us(const Load& load, const Map& map) {
  const double taken = seconds([&] { keep(map(load.task, load.items).data()); });
  return taken * 1e6 / static_cast<double>(load.items.size());
}

// Times of the serial loop and of each map, for each length, as speed-ups: each round by its own loop.
std::vector<Measured> speed_ups(const std::vector<Measured>& times, std::size_t series) {
  std::vector<Measured> result;
  for (std::size_t first = 0; first != times.size(); first += series + 1) {
    const Measured& serial = times[first];
    for (std::size_t i = 1; i <= series; ++i) {
      const Measured& mapped = times[first + i];
      Measured ratio{.chart = mapped.chart, .series = mapped.series, .x = mapped.x};
      if (mapped.cold) ratio.cold = measuring::median(serial.samples) / *mapped.cold;
      for (std::size_t at = 0; at != mapped.samples.size(); ++at) {
        ratio.samples.push_back(serial.samples[at] / mapped.samples[at]);
      }
      result.push_back(std::move(ratio));
    }
  }
  return result;
}

std::vector<Measured> measure(const Scale& scale) {
  mp::Pool pool(scale.cpus);
  mp::ThreadPool thread_pool(scale.cpus);
  const std::vector<Series> series{
      {"Pool, chunksize 1", [&](const Spin& task, const std::vector<int>& items) { return pool.map(task, items, 1); }},
      {"Pool, default chunksize",
       [&](const Spin& task, const std::vector<int>& items) { return pool.map(task, items); }},
      {"ThreadPool, chunksize 1",
       [&](const Spin& task, const std::vector<int>& items) { return thread_pool.map(task, items, 1); }},
      {"ThreadPool, default chunksize",
       [&](const Spin& task, const std::vector<int>& items) { return thread_pool.map(task, items); }}};
  const double sample_us = std::chrono::duration<double, std::micro>(scale.time).count() /
                           (samples_wanted * static_cast<double>(std::size(lengths_us)) * (series_in_all + 0.5));
  std::vector<std::unique_ptr<Load>> loads;
  std::vector<Contender> all;
  for (const double length : lengths_us) {
    Load& load = *loads.emplace_back(std::make_unique<Load>(load_of(length, scale.cpus, sample_us)));
    all.push_back({"serial", length, [&load] { return serial_us(load); }});
    for (const Series& each : series) {
      all.push_back({each.name, length, [&load, &each] { return mapped_us(load, each.map); }});
    }
  }
  const std::vector<Measured> times = in_turn("speed_up", all, {.time = scale.time});
  return speed_ups(times, series.size());
}

}  // namespace

Section break_even_section() {
  return {.name = "break_even",
          .title = "How long a task must be",
          .source = "break_even.cpp",
          .charts = {{.name = "speed_up",
                      .title = "map, against a serial loop over the same items",
                      .x_label = "how long a task is",
                      .x_quantity = Quantity::microseconds,
                      .unit = "speed-up",
                      .level = 1,
                      .how_to_read =
                          "The speed-up is the time of a serial loop over that of map, for each item. On the broken "
                          "line, at 1, the two take the same time; where a line crosses it, map breaks even. The best "
                          "that can be had is the number of CPUs that this program may use; both pools have as many "
                          "workers. With chunksize 1 each task is sent by itself; by default map makes four chunks for "
                          "each worker. The serial loop of each length is timed in turn with the maps. A task like "
                          "x ** 10 is about as long as the tasks at the left end. What lies left or right of the "
                          "picture was not measured."}},
          .measure = measure};
}

}  // namespace compare
