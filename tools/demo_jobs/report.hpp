// SPDX-License-Identifier: MIT
#pragma once

#include "comparison.hpp"

#include <ostream>
#include <string>
#include <vector>

namespace demo {

// "38.2 ms", "1.25 s".
std::string in_words(std::chrono::nanoseconds time);

// "1 file", "2 files".
std::string counted(std::size_t count, const std::string& noun);

// The table of times and speed-ups, the first line being what the others are compared with, what was measured, and one
// line more where the reader may wonder why there is no speed-up.
void print_table(std::ostream& stream, const std::vector<Timing>& timings);

}  // namespace demo
