// SPDX-License-Identifier: MIT
#pragma once

#include "results.hpp"

#include <ostream>

namespace compare {

// The picture of a chart, in two sizes, how to read it, the command that repeats it, and its table.
void write_chart(std::ostream& page, const Results& results, const SectionResult& section, const Chart& chart);

}  // namespace compare
