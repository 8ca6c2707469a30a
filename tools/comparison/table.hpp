// SPDX-License-Identifier: MIT
#pragma once

#include "results.hpp"

#include <ostream>
#include <string>

namespace compare {

std::string number_text(double value);                 // for people: three significant digits
std::string place_text(const Chart& chart, double x);  // on its x axis: "4 KiB" of bytes

// The answer to --mine, the verdict, what to cite, and all sections: a table for each chart, with a small bar for each
// figure.
void print(std::ostream& stream, const Results& results, bool has_colour);

}  // namespace compare
