// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace compare {

// What one launch of a section has measured of one thing: a place `x` on the line `series` of a chart.
struct Measured {
  std::string chart;
  std::string series;
  double x = 0;
  std::optional<double> cold = {};  // the first of its kind in its process; not among the samples
  std::vector<double> samples = {};
  std::string note = {};  // why there are none, or what to know of them
};

// How much a launch may take.
struct Scale {
  bool quick = false;
  std::chrono::nanoseconds time{};  // of one launch of a section, about
  int cpus = 1;                     // that this process may use
  std::size_t memory_bytes = 0;     // that may be touched
};

}  // namespace compare
