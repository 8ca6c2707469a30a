// SPDX-License-Identifier: MIT
#include "gnuplot.hpp"

#include "filter.hpp"

namespace compare {

std::string run_gnuplot(const std::string& script) {
  constexpr std::chrono::seconds longest_drawing{60};
  return measuring::run_filter({"gnuplot", "-d"}, script, longest_drawing);  // -d: without the user's own settings
}

}  // namespace compare
