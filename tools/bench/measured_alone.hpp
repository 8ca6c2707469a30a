// SPDX-License-Identifier: MIT
#pragma once

#include "figures.hpp"

namespace bench {

// Measures in a forked process. If that fails, dies, or takes too long, the answer is one row that says so.
std::vector<Row> measured_alone(const Figure& figure, const Setting& setting, std::chrono::seconds limit);

}  // namespace bench
