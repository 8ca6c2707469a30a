// SPDX-License-Identifier: MIT
#include "table.hpp"

#include "options.hpp"
#include "terminal.hpp"
#include "units.hpp"
#include "verdict.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iomanip>

namespace compare {
namespace {

constexpr int bar_cells = 16;

std::string strong(const std::string& text) {
  return tools::shows_colour(STDOUT_FILENO) ? "\033[1m" + text + "\033[0m" : text;
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

std::string interval_text(const Estimate& estimate) {
  if (!estimate.interval) return {};
  return number_text(estimate.interval->first) + " to " + number_text(estimate.interval->second);
}

void print_chart(std::ostream& stream, const SectionResult& result, const Chart& chart) {
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
  stream << '\n' << strong(chart.title) << " (" << chart.unit << ")\n";
  const auto column = static_cast<int>(width) + 2;
  stream << std::left << std::setw(column) << "";
  stream << std::right << std::setw(12) << (chart.x_label.empty() ? "" : "at") << std::setw(12) << "median"
         << std::setw(22) << "95 % interval" << std::setw(12) << "first" << std::setw(7) << "n" << '\n';
  for (const std::string& series : result.series_of(chart.name)) {
    for (const Figure& each : result.line(chart.name, series)) {
      const Estimate& estimate = each.estimate;
      stream << std::left << std::setw(column) << series << std::right << std::setw(12) << place_text(chart, each.x)
             << std::setw(12) << number_text(estimate.value) << std::setw(22) << interval_text(estimate)
             << std::setw(12) << (estimate.cold ? number_text(*estimate.cold) : "") << std::setw(7) << estimate.samples
             << "  " << bar(estimate.value, least, largest, chart.y_axis)
             << (estimate.is_wide ? "  wide: do not use" : "") << '\n';
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
  return chart.x_is_bytes ? bytes_text(x) : number_text(x);
}

void print(std::ostream& stream, const Results& results) {
  const Machine& machine = results.machine;
  stream << strong("What forked workers cost against threads") << ", measured on " << results.date << '\n'
         << machine.cpu << ", " << machine.cpus << " of " << machine.online_cpus << " CPUs usable, "
         << (machine.memory_bytes >> 20) << " MiB free; " << machine.kernel << "; load " << machine.load << '\n'
         << "multiprocessing " << results.library_version << ", " << results.compiler << ", " << results.build << '\n';
  if (results.quick) stream << "One launch of each section: no intervals. Leave --quick out for figures to cite.\n";
  if (!results.quick && results.launches < Options{}.launches) {
    stream << "Launches of each section: " << results.launches << ". No intervals, which need " << Options{}.launches
           << ".\n";
  }
  for (const std::string& sentence : verdict(results)) stream << "\n  " << sentence;
  stream << '\n';
  for (const SectionResult& each : results.sections) {
    stream << "\n== " << strong(each.section->title) << " (" << each.section->name << ", in processes of "
           << (each.launches.front().process_bytes >> 20) << " MiB)\n";
    for (const Chart& chart : each.section->charts) print_chart(stream, each, chart);
    for (const std::string& note : each.notes) stream << "  note: " << note << '\n';
  }
}

}  // namespace compare
