// SPDX-License-Identifier: MIT
#include "made_up_results.hpp"

#include <stdexcept>

namespace multiprocessing::tests {

const compare::Section& section_named(const std::string& name) {
  for (const compare::Section& section : compare::sections()) {
    if (section.name == name) return section;
  }
  throw std::out_of_range(name);
}

compare::SectionResult& MadeUpResults::section(const std::string& name) {
  for (compare::SectionResult& each : results_.sections) {
    if (each.section->name == name) return each;
  }
  results_.sections.push_back({.section = &section_named(name), .launches = {compare::Launch{}}});
  return results_.sections.back();
}

MadeUpResults& MadeUpResults::add(const std::string& section_name, const std::string& chart, const std::string& series,
                                  double x, double value) {
  return add(section_name, chart, series, x, value, 0.9 * value, 1.1 * value);
}

MadeUpResults& MadeUpResults::add(const std::string& section_name, const std::string& chart, const std::string& series,
                                  double x, double value, double low, double high) {
  section(section_name)
      .figures.push_back(
          {chart,
           series,
           x,
           {.value = value, .interval = std::pair(low, high), .launches = 6, .samples = 60, .quartiles = {low, high}}});
  return *this;
}

compare::Figure& MadeUpResults::row(const std::string& section_name, const std::string& chart,
                                    const std::string& series, double x) {
  for (compare::Figure& each : section(section_name).figures) {
    if (each.chart == chart && each.series == series && each.x == x) return each;
  }
  throw std::out_of_range(section_name + " " + chart + " " + series);
}

void MadeUpResults::make_busy(const std::string& name, double part) {
  for (compare::Launch& each : section(name).launches) each.bystanders = part;
}

void MadeUpResults::make_quick() {
  results_.quick = true;
  results_.launches = 1;
  for (compare::SectionResult& each : results_.sections) {
    for (compare::Figure& figure : each.figures) {
      figure.estimate.interval.reset();
      figure.estimate.launches = 1;
    }
  }
}

MadeUpResults whole_run() {
  constexpr double gibibyte = 1 << 30;
  MadeUpResults all;
  all.add("break_even", "speed_up", "Pool, chunksize 1", 0.01, 0.02);
  all.add("break_even", "speed_up", "Pool, chunksize 1", 1, 0.7);
  all.add("break_even", "speed_up", "Pool, chunksize 1", 3, 1.05);
  all.add("break_even", "speed_up", "Pool, chunksize 1", 10, 2.5);
  all.add("break_even", "speed_up", "Pool, chunksize 1", 1000, 3.9);
  all.add("startup", "ratio", "fork", 0, 5.4, 4.9, 6.0);
  all.add("startup", "parent", "thread", 0, 12.6, 12.3, 13.1);
  all.add("startup", "parent", "fork", 0, 68.4, 61.8, 75.2);
  all.add("startup", "parent", "fork", gibibyte, 6540, 6000, 7000);
  all.add("startup", "slope", "fork", 0, 20);           // ms for each GiB
  all.add("pools", "whole_life", "Pool", 4, 2);         // ms
  all.add("pools", "whole_life", "ThreadPool", 4, 1);   // ms
  all.add("round_trip", "wall", "ThreadPool", 0, 9.8);  // µs
  all.add("round_trip", "wall", "Pool", 0, 0.61);       // µs
  all.add("round_trip", "wall", "Queue between two threads", 0, 0.4);
  all.add("round_trip", "wall", "Queue between two processes", 0, 0.5);
  for (const double chunk : {1, 10'000}) {
    all.add("throughput", "wall", "Pool", chunk, 100);  // ns
    all.add("throughput", "wall", "ThreadPool", chunk, 50);
  }
  for (const double bytes : {1.0, 4096.0, 65'536.0, double(1 << 20)}) {
    all.add("payload", "time", "Pool, by value", bytes, 1 + bytes * 1e-3);  // µs there and back: 1 ns a byte
    all.add("payload", "time", "Array, in place", bytes, 1);
    all.add("payload", "time", "fork_map, inherited", bytes, 400);
  }
  for (const char* const load : {"one lock", "allocation", "iostreams", "one shared_ptr"}) {
    all.add("contention", "speed_up", std::string(load) + ": processes", 0, 3.8);
    all.add("contention", "speed_up", std::string(load) + ": threads", 0, 0.0783);
  }
  all.add("crash", "left", "Pool", 0, 999, 999, 999);
  all.add("crash", "left", "ThreadPool", 0, 0, 0, 0);
  return all;
}

}  // namespace multiprocessing::tests
