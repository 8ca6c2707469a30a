// SPDX-License-Identifier: MIT
#pragma once

#include "results.hpp"

#include <string>

namespace compare {

// All of a run as one page, which needs nothing besides. Throws std::runtime_error if gnuplot cannot draw a picture.
std::string to_html(const Results& results);

}  // namespace compare
