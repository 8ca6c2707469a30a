// SPDX-License-Identifier: MIT
#include "plot_text.hpp"
#include "svg.hpp"
#include "ticks.hpp"

#include <array>
#include <set>
#include <sstream>

namespace compare {
namespace {

// gnuplot's numbers of shapes, the full ones first. Not 6, the ring, which marks what should not be used.
constexpr std::array shapes{7, 5, 9, 11, 13, 4, 8, 10, 12};

constexpr std::size_t most_numbers = 8;

// Numbers stand at the places themselves, if these are few and near; else so that they do not touch.
std::string x_axis(const Chart& chart, const std::set<double>& places, bool is_narrow) {
  const std::size_t most = is_narrow ? most_numbers / 2 : most_numbers;
  const double least = *places.begin();
  const double largest = *places.rbegin();
  if (chart.x_axis == Axis::linear || least <= 0) {
    return chart.x_quantity == Quantity::bytes && largest > 0 ? linear_bytes_axis('x', largest, most) : "";
  }
  std::string text = logarithmic_axis('x', x_unit(chart), least, largest, most);
  if (places.size() > most_numbers || largest > 1e3 * least || chart.x_quantity != Quantity::number) return text;
  std::ostringstream tics;
  for (const double place : places) tics << (tics.tellp() == 0 ? "set xtics (" : ", ") << place;
  return text + tics.str() + ")\n";
}

}  // namespace

std::string line_plot(const SectionResult& result, const Chart& chart, Screen screen) {
  const std::vector<std::string> names = result.series_of(chart.name);
  const Range y = values_of(result, chart);
  std::set<double> places;
  std::ostringstream script;
  script.precision(17);
  const bool is_narrow = screen == Screen::narrow;
  const int key_rows = static_cast<int>(is_narrow ? names.size() : (names.size() + 2) / 3);
  script << plot_head(screen, (is_narrow ? 330 : 420) + 20 * key_rows) << "set key below left Left reverse samplen 3"
         << (is_narrow ? " maxcols 1" : "") << "\nset tmargin 2.5\n"
         << "set label " << quoted(chart.unit) << " at graph 0, graph 1 left offset -3, 1 textcolor rgb '" << ink_colour
         << "'\n";
  for (std::size_t i = 0; i != names.size(); ++i) {
    script << "$line" << i << " << END\n";
    for (const Figure& each : result.line(chart.name, names[i])) {
      places.insert(each.x);
      script << each.x << ' ' << each.estimate.value << ' ' << low(each) << ' ' << high(each) << ' '
             << (each.estimate.is_wide ? 1 : 0) << '\n';
    }
    script << "END\n";
  }
  // An empty line below it keeps the key at a distance.
  script << "set xlabel " << wrapped(chart.x_label, is_narrow ? 42 : 90) << " . \"\\n \" offset 0, 0.5 textcolor rgb '"
         << ink_colour << "'\n";
  script << x_axis(chart, places, is_narrow);
  // What has no logarithm must be seen, too.
  if (chart.y_axis == Axis::logarithmic && y.least > 0) {
    script << logarithmic_axis('y', chart.unit, y.least, y.largest, most_numbers);
  } else if (y.least >= 0) {
    script << "set yrange [0:*]\n";
  }
  std::string separator = "plot ";
  if (chart.level) {
    script << separator << *chart.level << " with lines lw 1.5 dt 2 lc rgb '" << ink_colour << "' notitle";
    separator = ", \\\n  ";
  }
  for (std::size_t i = 0; i != names.size(); ++i) {
    const std::string colour = " lc rgb '" + series_colour(i) + "'";
    script << separator << "$line" << i << " using 1:2:3:4 with yerrorlines lw 2 pt " << shapes[i % shapes.size()]
           << " ps 0.7 dt " << 1 + i / series_colours << colour << " title " << quoted(names[i]);
    separator = ", \\\n  ";
    script << separator << "$line" << i << " using 1:($5 == 1 ? $2 : NaN) with points lw 1 pt 6 ps 1.5" << colour
           << " notitle";
  }
  script << '\n';
  return script.str();
}

}  // namespace compare
