// SPDX-License-Identifier: MIT
#pragma once

#include "results.hpp"

#include <string>
#include <vector>

namespace compare {

// What the figures say, in five sentences: what a thread costs, what a process of this size costs, below which length a
// task should not be sent, above which payload it should be inherited or shared, when to take which. A sentence whose
// figures were not measured is left out.
std::vector<std::string> verdict(const Results& results);

}  // namespace compare
