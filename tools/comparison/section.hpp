// SPDX-License-Identifier: MIT
#pragma once

#include "measured.hpp"

#include <optional>
#include <string>
#include <vector>

namespace compare {

enum class Axis { linear, logarithmic };
enum class Quantity { number, bytes, microseconds };

// Of a chart that counts; its figures are told whole.
constexpr const char* items_unit = "items of 1,000";

// A picture, and a table under it: lines over x. Without an x label there is one figure for each series.
struct Chart {
  std::string name;  // what Measured::chart says
  std::string title;
  std::string x_label = {};  // "items in a chunk"
  Quantity x_quantity = Quantity::number;
  std::string unit;  // of the values: "µs", "GB/s", "speed-up"
  Axis x_axis = Axis::logarithmic;
  Axis y_axis = Axis::logarithmic;
  std::optional<double> level = {};  // a line across the picture, such as 1 where a speed-up begins
  std::string how_to_read;           // a paragraph
};

// A question, and how it is answered. Measured in a process of its own, which was executed for it.
struct Section {
  std::string name;  // what the command line takes
  std::string title;
  std::string source;  // the file below tools/comparison that measures
  std::vector<Chart> charts;
  std::vector<Measured> (*measure)(const Scale& scale);
};

// In the order of the page.
const std::vector<Section>& sections();
const Chart& chart_of(const Section& section, const std::string& name);  // std::out_of_range

Section startup_section();
Section pools_section();
Section round_trip_section();
Section throughput_section();
Section break_even_section();
Section payload_section();
Section memory_section();
Section contention_section();
Section crash_section();

}  // namespace compare
