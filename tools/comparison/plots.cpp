// SPDX-License-Identifier: MIT
#include "plots.hpp"

#include "gnuplot.hpp"
#include "plot_text.hpp"
#include "svg.hpp"

#include <stdexcept>

namespace compare {

std::string plot_script(const SectionResult& result, const Chart& chart, Screen screen) {
  return chart.x_label.empty() ? bar_plot(result, chart, screen) : line_plot(result, chart, screen);
}

std::string plot(const SectionResult& result, const Chart& chart, Screen screen) {
  const std::string id = result.section->name + "_" + chart.name + (screen == Screen::wide ? "_wide" : "_narrow");
  try {
    return element_of(run_gnuplot(plot_script(result, chart, screen)), id, chart.title);
  } catch (const std::exception& error) {
    throw std::runtime_error("the picture " + result.section->name + "/" + chart.name + ": " + error.what());
  }
}

}  // namespace compare
