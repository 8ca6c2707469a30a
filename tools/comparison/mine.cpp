// SPDX-License-Identifier: MIT
#include "mine.hpp"

#include "table.hpp"
#include "units.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>
#include <stdexcept>

namespace compare {
namespace {

constexpr double microsecond = 1e-6;
constexpr double gibibyte_bytes = 1024.0 * 1024 * 1024;

constexpr const char* some_bytes = "a number of bytes, such as 100, 4KiB or 8MB";

double needed(const std::string& part, std::optional<double> value, const std::string& what) {
  if (value) return *value;
  throw std::invalid_argument(part + " is not " + what);
}

std::optional<double> time_above_zero(const std::string& text) {
  const auto time = parse_time(text);
  return time && *time > 0 ? time : std::nullopt;
}

std::optional<double> whole_number(const std::string& text) {
  const auto number = parse_number(text);
  return number && *number >= 1 && *number == std::floor(*number) ? number : std::nullopt;
}

// On the line of a chart, between the two places beside x; the nearest where there is none beyond it.
std::optional<double> at(const Results& results, const char* section, const char* chart, const char* series, double x) {
  const SectionResult* const measured = results.section(section);
  if (measured == nullptr) return std::nullopt;
  const std::vector<Figure> line = measured->line(chart, series);
  if (line.empty()) return std::nullopt;
  const auto above = std::ranges::lower_bound(line, x, {}, &Figure::x);
  if (above == line.begin()) return line.front().estimate.value;
  const Figure& before = *(above - 1);
  if (above == line.end()) return before.estimate.value;
  const double part = (x - before.x) / (above->x - before.x);
  return before.estimate.value + part * (above->estimate.value - before.estimate.value);
}

// What a payload takes on its way, by the time that each byte of a large one takes: that of a small one alone is mostly
// waiting, which the next item fills.
std::optional<double> payload_seconds(const Results& results, const char* series, double bytes) {
  constexpr double large = 1 << 20;
  const SectionResult* const payload = results.section("payload");
  const std::vector<Figure> line = payload == nullptr ? std::vector<Figure>() : payload->line("time", series);
  if (line.empty()) return std::nullopt;
  const double size = std::min(std::max(bytes, large), line.back().x);
  return *at(results, "payload", "time", series, size) * microsecond * bytes / size;
}

}  // namespace

Job parse_job(const std::string& text) {
  Job job;
  std::istringstream parts(text);
  for (std::string part; parts >> part;) {
    const std::size_t equals = part.find('=');
    const std::string name = part.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : part.substr(equals + 1);
    if (name == "task") {
      job.task_seconds =
          needed(part, time_above_zero(value), "a time above 0 with its unit, such as 200us, 1.5ms or 2s");
    } else if (name == "in") {
      job.in_bytes = needed(part, parse_bytes(value), some_bytes);
    } else if (name == "out") {
      job.out_bytes = needed(part, parse_bytes(value), some_bytes);
    } else if (name == "items") {
      job.items = needed(part, whole_number(value), "a whole number above 0, such as 500 or 1e5");
    } else if (name == "parent") {
      job.parent_bytes = needed(part, parse_bytes(value), some_bytes);
    } else {
      throw std::invalid_argument("there is no part '" + part + "', only task=, in=, out=, items=, parent=");
    }
  }
  if (job.task_seconds <= 0) throw std::invalid_argument("task= is missing: how long one item takes, as task=200us");
  if (job.items < 1) throw std::invalid_argument("items= is missing: how many there are, as items=1e5");
  return job;
}

const std::vector<std::string>& sections_of_predictions() {
  static const std::vector<std::string> names{"startup", "pools", "throughput", "payload"};
  return names;
}

// Starting, then for each item: its task, of which as many run at once as there are CPUs, and what is added to it by
// the pool and its payload, which passes through the one thread that hands items out. map's default chunks.
std::vector<Prediction> predict(const Job& job, const Results& results) {
  const int cpus = results.machine.cpus;
  const auto workers = static_cast<double>(cpus);
  const double chunk = std::clamp(std::ceil(job.items / (4 * workers)), 1.0, 10'000.0);
  const auto fork_ms_per_gibibyte = at(results, "startup", "slope", "fork", 0);
  const auto pool_start_ms = at(results, "pools", "whole_life", "Pool", workers);
  const auto threads_start_ms = at(results, "pools", "whole_life", "ThreadPool", workers);
  const auto pool_item_ns = at(results, "throughput", "wall", "Pool", chunk);
  const auto threads_item_ns = at(results, "throughput", "wall", "ThreadPool", chunk);
  // There and back: half of it is one way.
  const auto in = payload_seconds(results, "Pool, by value", job.in_bytes);
  const auto out = payload_seconds(results, "Pool, by value", job.out_bytes);
  if (!fork_ms_per_gibibyte || !pool_start_ms || !threads_start_ms || !pool_item_ns || !threads_item_ns || !in || !out)
    return {};
  // The fork server is one fork more; it is small only if the parent is.
  const double forks = *fork_ms_per_gibibyte / 1e3 * job.parent_bytes / gibibyte_bytes * (workers + 1);
  const double running = std::ceil(job.items / workers) * job.task_seconds;
  const double pool_start = *pool_start_ms / 1e3 + forks;
  const double pool_items = job.items * *pool_item_ns * 1e-9;
  return {{"serial", job.items * job.task_seconds},
          {"ThreadPool", *threads_start_ms / 1e3 + running + job.items * *threads_item_ns * 1e-9},
          {"Pool", pool_start + running + pool_items + job.items * (*in + *out) / 2},
          {"fork_map", pool_start + running + pool_items + job.items * *out / 2}};
}

std::string prediction_text(const Job& job, const std::vector<Prediction>& predictions) {
  std::ostringstream text;
  text << "Your job: " << number_text(job.items) << " items of " << time_text(job.task_seconds) << ", "
       << bytes_text(job.in_bytes) << " in and " << bytes_text(job.out_bytes) << " out, in a program of "
       << bytes_text(job.parent_bytes) << '\n';
  if (predictions.empty()) {
    text << "  nothing can be said: a section that it is reckoned from has no figures\n";
    return text.str();
  }
  const auto best = std::ranges::min_element(predictions, {}, &Prediction::seconds);
  for (const Prediction& each : predictions) {
    text << "  " << std::left << std::setw(12) << each.way << std::right << std::setw(10) << time_text(each.seconds)
         << std::setw(8) << number_text(predictions.front().seconds / each.seconds) << " times serial"
         << (&each == &*best ? "   <- take this" : "") << '\n';
  }
  const Prediction& threads = predictions[1];
  if (best->way == "ThreadPool" && predictions[2].seconds < 1.1 * threads.seconds) {
    text << "  A Pool is as good, and outlives a crash of a task.\n";
  }
  text << "  Reckoned: start and end of the pool, forks of such a parent, the tasks on all CPUs at once, and for each\n"
          "  item what pool and payload add. Threads are taken not to get into each other's way (see contention), and\n"
          "  nothing to be written to memory that a fork has shared (see memory).\n";
  return text.str();
}

}  // namespace compare
