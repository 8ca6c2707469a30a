// SPDX-License-Identifier: MIT
#pragma once

#include "results.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace compare {

// The range that is shown beside a figure: its 95 % interval; in a run of too few launches for one, the middle half of
// its samples. Nothing where it has neither.
std::optional<std::pair<double, double>> range_of(const Results& results, const Estimate& estimate);
const char* name_of_range(const Results& results);  // "95 % interval", "middle half"

// A row of a table.
struct Row {
  std::string section;
  std::string chart;
  std::string series;
  double x = 0;
};

// A row whose figure may be cited: it is not too wide, it has a range, and its section met no busy machine.
struct Usable {
  Row row;
  std::string unit;
  double value = 0;
  double low = 0;
  double high = 0;
};
std::optional<Usable> usable(const Results& results, const Row& row);
// Those of a line that may be cited, in the order of x.
std::vector<Usable> usable_line(const Results& results, const std::string& section, const std::string& chart,
                                const std::string& series);

// What other programs did to this run, and what to do: the sections that they disturbed, and the command that measures
// those again. Empty if they left it alone.
std::string busy_warning(const Results& results);

}  // namespace compare
