// SPDX-License-Identifier: MIT
#pragma once

#include "section.hpp"

#include <cstddef>
#include <string>

namespace compare {

// A value as it stands beside an axis of that unit: "10 µs" for 10 of "µs", "0.1" of "speed-up".
std::string tick_text(const std::string& unit, double value);

// What gnuplot is told of a logarithmic axis ('x' or 'y') that must show least to largest: its range, and at most so
// many numbers at powers of one number; between them, where there would be fewer than two.
std::string logarithmic_axis(char axis, const std::string& unit, double least, double largest, std::size_t most);
// Of a linear axis of bytes that begins at 0.
std::string linear_bytes_axis(char axis, double largest, std::size_t most);

// The unit of a chart's x axis, as tick_text() takes it.
std::string x_unit(const Chart& chart);

}  // namespace compare
