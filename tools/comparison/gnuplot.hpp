// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace compare {

// What gnuplot, fed with the script, writes to its standard output. Throws std::runtime_error with what it complains
// of, also when there is no gnuplot.
std::string run_gnuplot(const std::string& script);

}  // namespace compare
