// SPDX-License-Identifier: MIT
#pragma once

#include "results.hpp"

#include <string>

namespace compare {

// The table of one chart, by RFC 4180. A cell is empty where there is nothing.
std::string to_csv(const SectionResult& section, const Chart& chart);

// Writes SECTION-CHART.csv for each chart into the folder. Throws std::runtime_error.
void write_csv(const Results& results, const std::string& folder);

}  // namespace compare
