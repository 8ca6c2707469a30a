// SPDX-License-Identifier: MIT
#include "mine.hpp"

#include "table.hpp"
#include "units.hpp"
#include "usable.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <set>
#include <sstream>
#include <stdexcept>

namespace compare {
namespace {

constexpr double millisecond = 1e-3;
constexpr double microsecond = 1e-6;
constexpr double nanosecond = 1e-9;
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

// A time with the ends of its range.
struct Span {
  double value = 0;
  double low = 0;
  double high = 0;
};
Span operator+(const Span& a, const Span& b) { return {a.value + b.value, a.low + b.low, a.high + b.high}; }
Span operator*(double factor, const Span& span) { return {factor * span.value, factor * span.low, factor * span.high}; }
Span span_of(const Usable& row) { return {row.value, row.low, row.high}; }
Span exactly(double value) { return {value, value, value}; }

// On the line of a chart, between the two places beside x that may be used; the last where nothing was measured beyond.
std::optional<Span> at(const Results& results, const char* section, const char* chart, const char* series, double x) {
  const std::vector<Usable> line = usable_line(results, section, chart, series);
  if (line.empty()) return std::nullopt;
  const std::vector<Figure> measured = results.section(section)->line(chart, series);
  const auto above = std::ranges::lower_bound(line, x, {}, [](const Usable& row) { return row.row.x; });
  const auto last = [&](const Usable& row, const Figure& measured_last) {
    return row.row.x == x || row.row.x == measured_last.x ? std::optional(span_of(row)) : std::nullopt;
  };
  if (above == line.begin()) return last(line.front(), measured.front());
  if (above == line.end()) return last(line.back(), measured.back());
  const Usable& before = *(above - 1);
  const double part = (x - before.row.x) / (above->row.x - before.row.x);
  return (1 - part) * span_of(before) + part * span_of(*above);
}

// Seconds in which a payload is brought one way, by the time that each byte of a large one takes there and back: that
// of a small one alone is mostly waiting, which the next item fills.
std::optional<Span> payload_time(const Results& results, double bytes) {
  constexpr double large = 1 << 20;
  constexpr const char* series = "Pool, by value";
  if (bytes == 0) return exactly(0);
  const SectionResult* const payload = results.section("payload");
  const std::vector<Figure> measured = payload == nullptr ? std::vector<Figure>() : payload->line("time", series);
  if (measured.empty()) return std::nullopt;
  const double size = std::min(std::max(bytes, large), measured.back().x);
  const auto time = at(results, "payload", "time", series, size);
  return time ? std::optional(microsecond * bytes / size / 2 * *time) : std::nullopt;
}

// Seconds of the forks of such a parent, beyond those of a small one. The fork server is one fork more.
std::optional<Span> fork_time(const Results& results, const Job& job) {
  if (job.parent_bytes == 0) return exactly(0);
  const auto slope = usable(results, {"startup", "slope", "fork", 0});
  if (!slope) return std::nullopt;
  return millisecond * job.parent_bytes / gibibyte_bytes * (results.machine.cpus + 1) * span_of(*slope);
}

std::string time_with_range(const Prediction& each) {
  return short_time_text(each.seconds) + " (" + range_text(short_time_text(each.low), short_time_text(each.high)) + ")";
}

std::string line_of(const std::string& text) { return "  " + text + "\n"; }

// Which to take, and how sure that is: what is as near as the reckoning is exact, or overlaps, may be as fast.
std::string choice(const std::vector<Prediction>& predictions) {
  constexpr double near = 1.1;
  const auto best = std::ranges::min_element(predictions, {}, &Prediction::seconds);
  std::string others;
  for (const Prediction& each : predictions) {
    const bool is_near = each.low <= best->high || each.seconds <= near * best->seconds;
    if (&each != &*best && is_near) others += (others.empty() ? "" : ", ") + each.way;
  }
  const std::string best_text = "Take " + best->way + ": " + time_with_range(*best) + ". ";
  if (others.empty()) return line_of(best_text + "Every other way takes longer, even at the low end of its range.");
  return line_of(best_text + "Or as well: " + others + ".") +
         line_of("They are too near each other to tell which is the fastest.");
}

}  // namespace

Job parse_job(const std::string& text) {
  Job job;
  std::set<std::string> given;
  std::istringstream parts(text);
  for (std::string part; parts >> part;) {
    const std::size_t equals = part.find('=');
    const std::string name = part.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : part.substr(equals + 1);
    if (!given.insert(name).second) throw std::invalid_argument(name + "= was given twice");
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
  const auto workers = static_cast<double>(results.machine.cpus);
  const double chunk = std::clamp(std::ceil(job.items / (4 * workers)), 1.0, 10'000.0);
  const auto pool_life = at(results, "pools", "whole_life", "Pool", workers);
  const auto threads_life = at(results, "pools", "whole_life", "ThreadPool", workers);
  const auto pool_item = at(results, "throughput", "wall", "Pool", chunk);
  const auto threads_item = at(results, "throughput", "wall", "ThreadPool", chunk);
  const auto forks = fork_time(results, job);
  const auto in = payload_time(results, job.in_bytes);
  const auto out = payload_time(results, job.out_bytes);
  if (!pool_life || !threads_life || !pool_item || !threads_item || !forks || !in || !out) return {};
  const Span running = exactly(std::ceil(job.items / workers) * job.task_seconds);
  const Span threads = millisecond * *threads_life + running + job.items * nanosecond * *threads_item;
  const Span inherited =
      millisecond * *pool_life + *forks + running + job.items * nanosecond * *pool_item + job.items * *out;
  const auto prediction = [](const char* way, const Span& span) {
    return Prediction{way, span.value, span.low, span.high};
  };
  return {prediction("serial loop", exactly(job.items * job.task_seconds)), prediction("ThreadPool", threads),
          prediction("Pool", inherited + job.items * *in), prediction("fork_map", inherited)};
}

std::string answer(const Job& job, const Results& results) {
  std::ostringstream text;
  text << "Your job: " << number_text(job.items) << " items of " << time_text(job.task_seconds) << ", "
       << bytes_text(job.in_bytes) << " in and " << bytes_text(job.out_bytes) << " out, in a program of "
       << bytes_text(job.parent_bytes) << "\n\n";
  const std::vector<Prediction> predictions = predict(job, results);
  if (predictions.empty()) {
    text << line_of("Which way is the fastest cannot be told.")
         << line_of(busy_warning(results).empty()
                        ? "A row that it is reckoned from is missing, or marked as too wide. Measure again: " +
                              results.command
                        : "The machine was too busy: see the warning below.");
    return text.str();
  }
  text << choice(predictions) << '\n';
  for (const Prediction& each : predictions) {
    text << "  " << std::left << std::setw(12) << each.way << "speed-up " << std::setw(7)
         << short_text(predictions.front().seconds / each.seconds) << time_with_range(each) << '\n';
  }
  text << "\n  Reckoned: start and end of the pool, forks of such a parent, the tasks on all CPUs at once, and for "
          "each\n"
          "  item what pool and payload add. Threads are taken not to get into each other's way (see contention), and\n"
          "  nothing to be written to memory that a fork has shared (see memory). The ranges hold what was measured\n"
          "  ("
       << name_of_range(results) << (results.quick ? "; --thorough measures intervals" : "")
       << "), not what was left out of the reckoning.\n";
  return text.str();
}

}  // namespace compare
