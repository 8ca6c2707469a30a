// SPDX-License-Identifier: MIT
#include "verdict.hpp"

#include "bystanders.hpp"
#include "table.hpp"
#include "units.hpp"

#include <algorithm>
#include <cmath>

namespace compare {
namespace {

constexpr double microsecond = 1e-6;
constexpr double mebibyte_bytes = 1024 * 1024;
// From here on it is worth while to send another way.
constexpr double much_longer = 2;

// The figures, and whether one of those that were asked for varies too much to be cited.
class Reader {
 public:
  explicit Reader(const Results& results) : results_(results) {}
  const SectionResult* section(const char* name) const { return results_.section(name); }
  std::optional<double> value(const char* section, const char* chart, const std::string& series, double x = 0) {
    const SectionResult* const measured = results_.section(section);
    const Figure* const figure = measured == nullptr ? nullptr : measured->figure(chart, series, x);
    return figure == nullptr ? std::nullopt : std::optional(value_of(*figure));
  }
  double value_of(const Figure& figure) {
    has_wide_ = has_wide_ || figure.estimate.is_wide;
    return figure.estimate.value;
  }
  bool has_wide() const { return has_wide_; }

 private:
  const Results& results_;
  bool has_wide_ = false;
};

std::string what_a_thread_costs(Reader& results) {
  const auto start = results.value("startup", "parent", "thread");
  if (!start) return {};
  std::string text = "A thread takes " + time_text(*start * microsecond) + " to start and join";
  if (const auto task = results.value("round_trip", "wall", "ThreadPool")) {
    text += ", and a task in a ThreadPool " + time_text(*task * microsecond) + " there and back";
  }
  return text + ".";
}

std::string what_a_process_costs(Reader& results) {
  const SectionResult* const startup = results.section("startup");
  const std::vector<Figure> forks = startup == nullptr ? std::vector<Figure>() : startup->line("parent", "fork");
  if (forks.empty()) return {};
  const Figure& small = forks.front();
  const Figure& large = forks.back();
  std::string text = "A process takes " + time_text(results.value_of(small) * microsecond) +
                     " to fork and wait for while the program is small, and " +
                     time_text(results.value_of(large) * microsecond) + " when it holds " +
                     bytes_text(large.x * mebibyte_bytes);
  if (const auto task = results.value("round_trip", "wall", "Pool")) {
    text += "; a task in a Pool takes " + time_text(*task * microsecond) + " there and back";
  }
  // The two pools wait in different ways: what the process itself adds is seen where the queue is the same.
  const auto to_thread = results.value("round_trip", "wall", "Queue between two threads");
  const auto to_process = results.value("round_trip", "wall", "Queue between two processes");
  if (to_thread && to_process) {
    text += " (like against like, the same Queue takes " + time_text(*to_thread * microsecond) +
            " between two threads and " + time_text(*to_process * microsecond) + " between two processes)";
  }
  return text + ".";
}

std::string which_tasks_are_too_short(Reader& results) {
  const auto even = results.value("break_even", "reached", "Pool, chunksize 1: as fast as serial");
  const auto most = results.value("break_even", "reached", "Pool, chunksize 1: 90 % of the ideal");
  if (!even && !most) {
    if (results.section("break_even") == nullptr) return {};
    return "No task that was measured gained by being sent by itself: keep tasks long, or in chunks.";
  }
  std::string text;
  if (even) {
    text = "A task shorter than " + time_text(*even * microsecond) +
           " should not be sent by itself: a plain loop is as fast";
  }
  if (most) {
    text += (even ? ", and from " : "From ") + time_text(*most * microsecond) +
            " on a Pool reaches 90 % of what its workers could do";
  }
  return text + "; chunks make tasks longer.";
}

// The smallest payload that takes much longer by value than `other`, as all larger ones do.
std::optional<double> payload_that_pays(Reader& results, const SectionResult& payload, const char* other) {
  const std::vector<Figure> line = payload.line("time", "Pool, by value");
  std::optional<double> smallest;
  for (auto by_value = line.rbegin(); by_value != line.rend(); ++by_value) {
    const Figure* const instead = payload.figure("time", other, by_value->x);
    if (instead == nullptr) break;
    if (by_value->estimate.value <= much_longer * instead->estimate.value) {
      results.value_of(*by_value);  // what ends the search decides as well
      results.value_of(*instead);
      break;
    }
    smallest = by_value->x;
  }
  if (smallest) {
    results.value("payload", "time", "Pool, by value", *smallest);
    results.value("payload", "time", other, *smallest);
  }
  return smallest;
}

std::string which_payloads_are_too_large(Reader& results) {
  const SectionResult* const payload = results.section("payload");
  if (payload == nullptr) return {};
  const auto shared = payload_that_pays(results, *payload, "Array, in place");
  const auto inherited = payload_that_pays(results, *payload, "fork_map, inherited");
  if (!shared && !inherited) return "No payload was measured that is not best sent by value.";
  std::string text = "A payload of ";
  if (shared) text += bytes_text(*shared) + " or more should be worked on in place, in shared memory";
  if (shared && inherited) text += ", one of ";
  if (inherited) text += bytes_text(*inherited) + " or more that only goes in be inherited, by fork_map";
  return text + ": by value it takes more than twice as long.";
}

std::string when_to_take_which(Reader& results) {
  const SectionResult* const contention = results.section("contention");
  if (contention == nullptr) return {};
  std::string fights;
  for (const char* const what : {"one shared_ptr", "allocation", "iostreams", "one lock"}) {
    const auto threads = results.value("contention", "speed_up", std::string(what) + ": threads");
    const auto processes = results.value("contention", "speed_up", std::string(what) + ": processes");
    if (!threads || !processes || *processes < 1.25 * *threads) continue;
    fights += (fights.empty() ? "" : ", ") + (what + (" (processes " + number_text(*processes)) +
                                              " times serial, threads " + number_text(*threads) + ")");
  }
  std::string text = "Take processes";
  if (!fights.empty()) text += " where threads get into each other's way, here at " + fights + ", or";
  text += " where a task may crash";
  const auto left = results.value("crash", "left", "Pool");
  const auto left_by_threads = results.value("crash", "left", "ThreadPool");
  if (left && left_by_threads) {
    text +=
        " (of 1,000 items processes leave " + number_text(*left) + ", threads " + number_text(*left_by_threads) + ")";
  }
  return text + "; take threads where tasks are short and share much that they only read.";
}

}  // namespace

std::vector<std::string> verdict(const Results& results) {
  Reader reader(results);
  std::vector<std::string> sentences{what_a_thread_costs(reader), what_a_process_costs(reader),
                                     which_tasks_are_too_short(reader), which_payloads_are_too_large(reader),
                                     when_to_take_which(reader)};
  std::erase(sentences, "");
  if (reader.has_wide()) {
    sentences.push_back("Some of these figures vary too much here to be cited; the tables mark them.");
  }
  double busiest = 0;
  for (const SectionResult& each : results.sections) busiest = std::max(busiest, each.bystanders());
  if (busiest > much_for_bystanders) {
    sentences.push_back("Other programs had up to " + std::to_string(std::lround(100 * busiest)) +
                        " % of the CPUs' time meanwhile: measure again on a quiet machine before you cite this.");
  }
  return sentences;
}

}  // namespace compare
