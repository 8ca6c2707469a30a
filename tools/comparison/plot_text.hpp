// SPDX-License-Identifier: MIT
#pragma once

#include "plots.hpp"

#include <cstddef>
#include <limits>
#include <string>

namespace compare {

// As gnuplot takes it for a text that it does not look into.
std::string quoted(const std::string& text);

// In the other quotes, the only ones in which a line can be broken: lines of at most so many letters.
std::string wrapped(std::string text, std::size_t columns);

// What all pictures begin with.
std::string plot_head(Screen screen, int height);

struct Range {
  double least = std::numeric_limits<double>::infinity();
  double largest = -std::numeric_limits<double>::infinity();
  void include(double value);
};
// All that a picture of the chart must show.
Range values_of(const SectionResult& result, const Chart& chart);

// The ends of a figure's interval; of the middle half of its samples if it has none.
double low(const Figure& figure);
double high(const Figure& figure);

// The two kinds of picture, as scripts for gnuplot.
std::string line_plot(const SectionResult& result, const Chart& chart, Screen screen);
std::string bar_plot(const SectionResult& result, const Chart& chart, Screen screen);

}  // namespace compare
