// SPDX-License-Identifier: MIT
#include "table.hpp"

#include "ticks.hpp"
#include "usable.hpp"
#include "verdict.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iomanip>

namespace compare {
namespace {

constexpr int bar_cells = 16;

class Styles {
 public:
  explicit Styles(bool has_colour) : has_colour_(has_colour) {}
  std::string strong(const std::string& text) const { return with("\033[1m", text); }
  std::string warning(const std::string& text) const { return with("\033[1;33m", text); }

 private:
  std::string with(const char* style, const std::string& text) const {
    return has_colour_ ? style + text + "\033[0m" : text;
  }
  bool has_colour_;
};

// Of bytes; the micro sign has two and takes one column.
int width_for(const std::string& text, int columns) {
  const auto continued = std::ranges::count_if(text, [](char each) { return (each & 0xC0) == 0x80; });
  return columns + static_cast<int>(continued);
}

// Where a value lies between the least and the largest of its chart.
std::string bar(double value, double least, double largest, Axis axis) {
  double part = largest > 0 ? value / largest : 0;
  if (axis == Axis::logarithmic && least > 0 && largest > least) {
    part = 0.1 + 0.9 * std::log(value / least) / std::log(largest / least);
  }
  const auto full = static_cast<std::size_t>(std::lround(std::clamp(part, 0.0, 1.0) * bar_cells));
  return std::string(full, '#') + std::string(bar_cells - full, '.');
}

std::string range_text(const Results& results, const Estimate& estimate) {
  const auto range = range_of(results, estimate);
  return range ? number_text(range->first) + " to " + number_text(range->second) : "";
}

void print_chart(std::ostream& stream, const Styles& styles, const Results& results, const SectionResult& result,
                 const Chart& chart) {
  double least = HUGE_VAL;
  double largest = 0;
  std::size_t width = 8;
  for (const Figure& each : result.figures) {
    if (each.chart != chart.name) continue;
    least = std::min(least, each.estimate.value);
    largest = std::max(largest, each.estimate.value);
    width = std::max(width, each.series.size());
  }
  if (least == HUGE_VAL) return;
  stream << '\n' << styles.strong(chart.title) << " (" << chart.unit << ")\n";
  const auto column = static_cast<int>(width) + 2;
  stream << std::left << std::setw(column) << "";
  stream << std::right << std::setw(12) << (chart.x_label.empty() ? "" : "at") << std::setw(12) << "median"
         << std::setw(22) << name_of_range(results) << std::setw(12) << "first" << std::setw(7) << "n" << '\n';
  for (const std::string& series : result.series_of(chart.name)) {
    for (const Figure& each : result.line(chart.name, series)) {
      const Estimate& estimate = each.estimate;
      const std::string place = place_text(chart, each.x);
      stream << std::left << std::setw(column) << series << std::right << std::setw(width_for(place, 12)) << place
             << std::setw(12) << number_text(estimate.value) << std::setw(22) << range_text(results, estimate)
             << std::setw(12) << (estimate.cold ? number_text(*estimate.cold) : "") << std::setw(7) << estimate.samples
             << "  " << bar(estimate.value, least, largest, chart.y_axis) << (estimate.is_wide ? "  too wide" : "")
             << '\n';
    }
  }
  if (!chart.x_label.empty()) stream << "  at: " << chart.x_label << '\n';
}

}  // namespace

std::string number_text(double value) {
  char text[64];
  const double size = std::abs(value);
  if (size != 0 && (size < 0.001 || size >= 1e6)) {
    std::snprintf(text, sizeof text, "%.2e", value);
  } else {
    const int digits = size == 0 ? 0 : std::max(0, 2 - static_cast<int>(std::floor(std::log10(size))));
    std::snprintf(text, sizeof text, "%.*f", digits, value);
  }
  std::string result = text;
  if (result.find('.') != std::string::npos && result.find('e') == std::string::npos) {
    result.erase(result.find_last_not_of('0') + 1);
    if (result.back() == '.') result.pop_back();
  }
  return result;
}

std::string place_text(const Chart& chart, double x) {
  if (chart.x_label.empty()) return {};
  return tick_text(x_unit(chart), x);
}

void print(std::ostream& stream, const Results& results, bool has_colour) {
  const Styles styles(has_colour);
  const Verdict said = verdict(results);
  if (!results.answer.empty()) stream << results.answer << '\n';
  stream << styles.strong("What forked workers cost against threads") << '\n';
  if (!said.warning.empty()) stream << "\n  " << styles.warning(said.warning) << '\n';
  for (const Sentence& sentence : said.sentences) stream << "\n  " << sentence.text;
  if (!said.sentences.empty()) stream << "\n\n  " << said.ranges << '\n';
  stream << '\n'
         << styles.strong(said.is_citable() ? "To cite" : "This run, not to be cited") << '\n'
         << citation(results) << '\n';
  for (const SectionResult& each : results.sections) {
    stream << "\n== " << styles.strong(each.section->title) << " (" << each.section->name << ", in processes of "
           << (each.launches.front().process_bytes >> 20) << " MiB)\n";
    for (const std::string& note : each.notes) {
      stream << "  note: " << (each.is_busy() ? styles.warning(note) : note) << '\n';
    }
    for (const Chart& chart : each.section->charts) print_chart(stream, styles, results, each, chart);
  }
  stream << "\ntoo wide: the middle half of the samples, or the interval, is wider than half of the figure. Do not use "
            "it.\n";
}

}  // namespace compare
