// SPDX-License-Identifier: MIT
#include "verdict.hpp"

#include "units.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <utility>

namespace compare {
namespace {

// A row in words: with two digits, but a count is told whole.
std::string text_of(const Usable& row, double value) {
  if (row.unit == items_unit) return std::to_string(std::lround(value));
  const auto seconds = parse_time("1 " + row.unit);
  return seconds ? short_time_text(value * *seconds) : short_text(value);
}

std::string range_text(const Usable& row) { return compare::range_text(text_of(row, row.low), text_of(row, row.high)); }

void replace(std::string& text, const std::string& mark, const std::string& by) {
  if (const std::size_t at = text.find(mark); at != std::string::npos) text.replace(at, mark.size(), by);
}

class Writer {
 public:
  explicit Writer(const Results& results) : results_(results) {}

  // {1} stands for the first row's figure and its range, {2} for the second's. Says nothing if one may not be cited.
  void say(std::string text, const std::vector<Row>& rows) {
    for (std::size_t i = 0; i != rows.size(); ++i) {
      const auto row = find(rows[i]);
      if (!row) return;
      const std::string number = std::to_string(i + 1);
      replace(text, "{" + number + "}", text_of(*row, row->value) + " (" + range_text(*row) + ")");
      replace(text, "{" + number + " value}", text_of(*row, row->value));
      replace(text, "{" + number + " range}", range_text(*row));
    }
    verdict_.sentences.push_back({std::move(text), rows});
  }

  std::optional<Usable> find(const Row& row) {
    const auto found = usable(results_, row);
    const SectionResult* const section = results_.section(row.section);
    if (!found && section != nullptr && section->figure(row.chart, row.series, row.x) != nullptr) left_out_ = true;
    return found;
  }
  std::vector<Usable> line(const std::string& section, const std::string& chart, const std::string& series) {
    std::vector<Usable> rows = usable_line(results_, section, chart, series);
    const SectionResult* const measured = results_.section(section);
    if (measured != nullptr && rows.size() != measured->line(chart, series).size()) left_out_ = true;
    return rows;
  }
  const Results& results() const { return results_; }

  Verdict take() {
    verdict_.warning = busy_warning(results_);
    if (verdict_.sentences.empty()) {
      if (left_out_ && verdict_.warning.empty()) {
        verdict_.warning =
            "The figures vary too much here to be cited. Measure again on a quiet machine: " + results_.command;
      }
      return std::move(verdict_);
    }
    verdict_.ranges = results_.launches >= least_for_interval
                          ? "The ranges are 95 % intervals."
                          : "The ranges hold the middle half of the samples. A run of six launches has intervals.";
    if (left_out_) verdict_.ranges += " No sentence uses a row that is marked as too wide.";
    return std::move(verdict_);
  }

 private:
  const Results& results_;
  Verdict verdict_;
  bool left_out_ = false;
};

void say_what_starting_costs(Writer& writer) {
  writer.say("Starting a process costs {1 value} threads here, {1 range}.", {{"startup", "ratio", "fork", 0}});
  writer.say("A thread is started and joined in {1}; a process is forked and waited for in {2}.",
             {{"startup", "parent", "thread", 0}, {"startup", "parent", "fork", 0}});
  const std::vector<Usable> forks = writer.line("startup", "parent", "fork");
  if (forks.empty() || forks.back().row.x == 0) return;
  writer.say(
      "In a program that holds " + bytes_text(forks.back().row.x) + " a process is forked and waited for in {1}.",
      {forks.back().row});
}

void say_what_a_task_costs(Writer& writer) {
  writer.say("An empty task is answered after {1} by a ThreadPool and after {2} by a Pool.",
             {{"round_trip", "wall", "ThreadPool", 0}, {"round_trip", "wall", "Pool", 0}});
  writer.say("The same Queue there and back takes {1} between two threads and {2} between two processes.",
             {{"round_trip", "wall", "Queue between two threads", 0},
              {"round_trip", "wall", "Queue between two processes", 0}});
}

// The longest task that a Pool makes slower, the shortest from which on it makes all faster: two that were measured.
// What lies between them, below or beyond is not told.
void say_which_tasks_pay(Writer& writer) {
  const std::vector<Usable> line = writer.line("break_even", "speed_up", "Pool, chunksize 1");
  if (line.empty()) return;
  const std::vector<Figure> measured = writer.results().section("break_even")->line("speed_up", "Pool, chunksize 1");
  const auto say = [&](const Usable& row, const std::string& what) {
    std::string tasks = "Tasks of " + time_text(row.row.x * 1e-6);
    if (row.row.x == measured.front().x) tasks += ", the shortest that were measured,";
    if (row.row.x == measured.back().x) tasks += ", the longest that were measured,";
    writer.say(tasks + what, {row.row});
  };
  const auto first_faster =
      std::find_if(line.rbegin(), line.rend(), [](const Usable& row) { return row.low <= 1; }).base();
  const auto last_slower = std::find_if(std::make_reverse_iterator(first_faster), line.rend(),
                                        [](const Usable& row) { return row.high < 1; });
  if (last_slower != line.rend()) {
    say(*last_slower, " are slower in a Pool, sent one by one, than in a loop: their speed-up is {1}.");
  }
  if (first_faster == line.end()) return;
  say(*first_faster, " are faster in a Pool, sent one by one, than in a loop: their speed-up is {1}.");
  if (&*first_faster == &line.back()) return;
  say(line.back(), " have a speed-up of {1} in a Pool with a worker for each CPU.");
}

// The smallest payload that takes more than twice as long by value, as all larger ones do; the largest if none does.
void say_which_payloads_pay(Writer& writer, const char* other, const std::string& in_words) {
  constexpr double much_longer = 2;
  std::optional<double> smallest;
  const std::vector<Usable> by_value = writer.line("payload", "time", "Pool, by value");
  for (auto row = by_value.rbegin(); row != by_value.rend(); ++row) {
    const auto instead = writer.find({"payload", "time", other, row->row.x});
    if (!instead) continue;
    const bool is_much_longer = row->low > much_longer * instead->high;
    if (is_much_longer || !smallest) smallest = row->row.x;
    if (!is_much_longer) break;
  }
  if (!smallest) return;
  writer.say("A payload of " + bytes_text(*smallest) + " takes {1} there and back by value, and {2} " + in_words + ".",
             {{"payload", "time", "Pool, by value", *smallest}, {"payload", "time", other, *smallest}});
}

void say_what_contention_does(Writer& writer) {
  for (const auto& [load, in_words] : {std::pair("one lock", "behind one lock"),
                                       {"allocation", "that allocates"},
                                       {"iostreams", "with iostreams"},
                                       {"one shared_ptr", "that copies one shared_ptr"}}) {
    writer.say(std::string("Code ") + in_words + " has a speed-up of {1} in processes and of {2} in threads.",
               {{"contention", "speed_up", std::string(load) + ": processes", 0},
                {"contention", "speed_up", std::string(load) + ": threads", 0}});
  }
}

}  // namespace

Verdict verdict(const Results& results) {
  Writer writer(results);
  say_what_starting_costs(writer);
  say_what_a_task_costs(writer);
  say_which_tasks_pay(writer);
  say_which_payloads_pay(writer, "Array, in place", "in place, in an Array");
  say_which_payloads_pay(writer, "fork_map, inherited", "inherited, by fork_map, which only brings it in");
  say_what_contention_does(writer);
  writer.say("After a null pointer in one of 1,000 items, {1} have a result in a Pool and {2} in a ThreadPool.",
             {{"crash", "left", "Pool", 0}, {"crash", "left", "ThreadPool", 0}});
  return writer.take();
}

std::string citation(const Results& results) {
  const Machine& machine = results.machine;
  std::string text = "multiprocessing " + results.library_version;
  if (!results.commit.empty()) text += " (commit " + results.commit + ")";
  text += ", tools/compare, " + results.date + "\n" + machine.cpu + ", " + std::to_string(machine.cpus) + " of " +
          std::to_string(machine.online_cpus) + " CPUs; " + machine.kernel + "; " + results.compiler + ", " +
          results.build + "\n" + results.command;
  return text;
}

}  // namespace compare
