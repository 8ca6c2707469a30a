// SPDX-License-Identifier: MIT
#include "plot_text.hpp"
#include "svg.hpp"
#include "ticks.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace compare {
namespace {

// Values so far apart that bars from zero would hide the small ones.
constexpr double far_apart = 30;
// In pixels: half of a bar, a line of text, and what lies between them.
constexpr double half_bar = 9;
constexpr double line_height = 17;
constexpr double gap = 3;

struct Label {
  std::string text;
  std::size_t lines;
};

// What stands above a bar, as gnuplot takes it.
Label label_of(const Chart& chart, const Figure& figure, Screen screen) {
  const std::string text = wrapped(figure.series + ": " + tick_text(chart.unit, figure.estimate.value) +
                                       (figure.estimate.is_wide ? " (too wide)" : ""),
                                   screen == Screen::narrow ? 46 : 100);
  std::size_t lines = 1;
  for (std::size_t at = text.find("\\n"); at != std::string::npos; at = text.find("\\n", at + 2)) ++lines;
  return {text, lines};
}

}  // namespace

std::string bar_plot(const SectionResult& result, const Chart& chart, Screen screen) {
  const std::vector<std::string> names = result.series_of(chart.name);
  Range values = values_of(result, chart);
  const bool is_logarithmic =
      chart.y_axis == Axis::logarithmic && values.least > 0 && values.largest > far_apart * values.least;
  if (is_logarithmic) {
    values.least = std::pow(10, std::floor(std::log10(values.least) - 0.1));
  } else {
    values.include(0);
    if (values.largest == values.least) values.include(1);
  }
  const double edge = is_logarithmic ? values.least : 0;
  const double right = is_logarithmic ? values.largest * 1.2 : values.largest + 0.04 * (values.largest - values.least);
  std::ostringstream rows;
  rows.precision(17);
  std::size_t most_lines = 1;
  for (std::size_t i = 0; i != names.size(); ++i) {
    for (const Figure& each : result.line(chart.name, names[i])) {
      const Label label = label_of(chart, each, screen);
      most_lines = std::max(most_lines, label.lines);
      rows << each.estimate.value << ' ' << -static_cast<double>(i) << ' ' << low(each) << ' ' << high(each) << ' '
           << label.lines << ' ' << label.text << '\n';
    }
  }
  const double row = 2 * half_bar + line_height * static_cast<double>(most_lines) + gap + 10;
  const auto count = static_cast<double>(names.size());
  std::ostringstream script;
  script.precision(17);
  script << plot_head(screen, static_cast<int>((screen == Screen::wide ? 82 : 68) + row * count))
         << "unset key\nset style fill solid 0.55\n"
         << (is_logarithmic
                 ? logarithmic_axis('x', chart.unit, values.least, values.largest, screen == Screen::wide ? 8 : 4)
                 : "")
         << "unset ytics\nset border 1\nset xrange [" << values.least << ':' << right << "]\nset yrange ["
         << 1 - count - (half_bar + 6) / row << ':' << 1 - (half_bar + 6) / row
         << "]\nset lmargin 4\nset rmargin 3\nset xlabel "
         << quoted(chart.unit + (is_logarithmic ? ", logarithmic" : "")) << " offset 0, 0.3 textcolor rgb '"
         << ink_colour << "'\n";
  if (chart.level) {
    script << "set arrow from " << *chart.level << ", graph 0 to " << *chart.level << ", graph 1 nohead dt 2 lc rgb '"
           << ink_colour << "'\n";
  }
  script << "$bars << END\n"
         << rows.str() << "END\nhalf = " << half_bar / row << "\nline = " << line_height / row
         << "\ngap = " << gap / row << '\n'
         << "plot $bars using 1:2:(" << edge << "):1:($2-half):($2+half) with boxxyerror lc rgb '" << series_colour(0)
         << "', \\\n  $bars using 1:2:3:4 with xerrorbars lw 2 pt 0 lc rgb '" << ink_colour << "', \\\n  $bars using ("
         << values.least << "):($2+half+line*($5-0.5)+gap):6 with labels left textcolor rgb '" << ink_colour << "'\n";
  return script.str();
}

}  // namespace compare
