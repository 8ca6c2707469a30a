// SPDX-License-Identifier: MIT
#pragma once

#include "results.hpp"

#include <string>

namespace compare {

enum class Screen { wide, narrow };

// What gnuplot shall draw: lines over x with their intervals, or without an x horizontal bars. In place of colours
// there are names for them: see svg.hpp.
std::string plot_script(const SectionResult& result, const Chart& chart, Screen screen);

// The picture, as an element of a page.
std::string plot(const SectionResult& result, const Chart& chart, Screen screen);

}  // namespace compare
