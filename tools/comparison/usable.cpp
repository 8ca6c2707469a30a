// SPDX-License-Identifier: MIT
#include "usable.hpp"

#include <algorithm>
#include <cmath>

namespace compare {
namespace {

// Fewer samples have no middle half.
constexpr std::size_t least_samples = 4;

std::optional<Usable> usable(const Results& results, const SectionResult& section, const Figure& figure) {
  const auto range = range_of(results, figure.estimate);
  if (section.is_busy() || figure.estimate.is_wide || !range) return std::nullopt;
  return Usable{.row = {section.section->name, figure.chart, figure.series, figure.x},
                .unit = chart_of(*section.section, figure.chart).unit,
                .value = figure.estimate.value,
                .low = range->first,
                .high = range->second};
}

}  // namespace

std::optional<std::pair<double, double>> range_of(const Results& results, const Estimate& estimate) {
  if (results.launches >= least_for_interval) return estimate.interval;
  return estimate.samples >= least_samples ? std::optional(estimate.quartiles) : std::nullopt;
}

const char* name_of_range(const Results& results) {
  return results.launches >= least_for_interval ? "95 % interval" : "middle half";
}

std::optional<Usable> usable(const Results& results, const Row& row) {
  const SectionResult* const section = results.section(row.section);
  const Figure* const figure = section == nullptr ? nullptr : section->figure(row.chart, row.series, row.x);
  return figure == nullptr ? std::nullopt : usable(results, *section, *figure);
}

std::vector<Usable> usable_line(const Results& results, const std::string& section, const std::string& chart,
                                const std::string& series) {
  std::vector<Usable> line;
  const SectionResult* const measured = results.section(section);
  if (measured == nullptr) return line;
  for (const Figure& each : measured->line(chart, series)) {
    if (auto row = usable(results, *measured, each)) line.push_back(std::move(*row));
  }
  return line;
}

std::string busy_warning(const Results& results) {
  std::vector<std::string> busy;
  double busiest = 0;
  for (const SectionResult& each : results.sections) {
    if (!each.is_busy()) continue;
    busy.push_back(each.section->name);
    busiest = std::max(busiest, each.bystanders());
  }
  if (busy.empty()) return {};
  std::string where;
  std::string command = "tools/compare";
  for (const std::string& name : busy) {
    where += (where.empty() ? " during " : ", ") + name;
    command += " " + name;
  }
  const bool is_everywhere = busy.size() == results.sections.size();
  return "The machine was too busy: other programs had up to " + std::to_string(std::lround(100 * busiest)) +
         " % of the CPUs' time" + (is_everywhere ? "" : where) +
         ". Do not use what was measured then. Stop the other programs, or wait until they have ended, and measure "
         "again: " +
         (is_everywhere ? results.command : command);
}

}  // namespace compare
