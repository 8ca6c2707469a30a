// SPDX-License-Identifier: MIT
#pragma once

#include "results.hpp"

#include <ostream>
#include <string>

namespace compare {

// For people: three significant digits, and "4,096" for whole numbers of an x axis.
std::string number_text(double value);

// All sections: the machine, the verdict, and a table for each chart, with a small bar for each figure. Colours only on
// a terminal that is `stream`'s descriptor 1.
void print(std::ostream& stream, const Results& results);

}  // namespace compare
