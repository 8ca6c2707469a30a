// SPDX-License-Identifier: MIT
#include "plot_text.hpp"

#include "svg.hpp"

#include <algorithm>
#include <sstream>

namespace compare {
namespace {

constexpr int wide_width = 860;
constexpr int narrow_width = 360;

}  // namespace

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char letter : text) result += letter == '\'' ? "''" : std::string(1, letter);
  return result + "'";
}

std::string wrapped(std::string text, std::size_t columns) {
  std::ranges::replace_if(
      text, [](char letter) { return letter == '"' || letter == '\\' || letter == '`'; }, '\'');
  std::istringstream words(text);
  std::string result = "\"";
  std::size_t used = 0;
  for (std::string word; words >> word; used += word.size() + 1) {
    const bool is_full = used != 0 && used + word.size() > columns;
    if (used != 0) result += is_full ? "\\n" : " ";
    if (is_full) used = 0;
    result += word;
  }
  return result + '"';
}

void Range::include(double value) {
  least = std::min(least, value);
  largest = std::max(largest, value);
}

double low(const Figure& figure) {
  return figure.estimate.interval ? figure.estimate.interval->first : figure.estimate.quartiles.first;
}
double high(const Figure& figure) {
  return figure.estimate.interval ? figure.estimate.interval->second : figure.estimate.quartiles.second;
}

Range values_of(const SectionResult& result, const Chart& chart) {
  Range range;
  for (const Figure& each : result.figures) {
    if (each.chart != chart.name) continue;
    range.include(low(each));
    range.include(high(each));
  }
  if (chart.level) range.include(*chart.level);
  return range;
}

std::string plot_head(Screen screen, int height) {
  std::ostringstream script;
  script << "set encoding utf8\nset terminal svg size " << (screen == Screen::wide ? wide_width : narrow_width) << ','
         << height << " dynamic noenhanced font 'sans-serif," << (screen == Screen::wide ? 15 : 13) << "'\n"
         << "set border 3 lc rgb '" << ink_colour << "'\nset tics nomirror textcolor rgb '" << ink_colour << "'\n"
         << "set grid back lc rgb '" << grid_colour << "' lt 1 lw 1, lc rgb '" << grid_colour << "' lt 1 lw 0.5\n"
         << "set key textcolor rgb '" << ink_colour << "'\nset format '%g'\n";
  return script.str();
}

}  // namespace compare
