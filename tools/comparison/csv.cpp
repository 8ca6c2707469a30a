// SPDX-License-Identifier: MIT
#include "csv.hpp"

#include "whole_file.hpp"

#include <charconv>
#include <optional>

namespace compare {
namespace {

std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char letter : text) quoted += letter == '"' ? "\"\"" : std::string(1, letter);
  return quoted + "\"";
}

std::string cell(std::optional<double> value) {
  if (!value) return {};
  char text[64];
  return {text, std::to_chars(text, text + sizeof text, *value).ptr};
}

}  // namespace

std::string to_csv(const SectionResult& section, const Chart& chart) {
  std::string text = "series,x,unit,median,low,high,cold,launches,samples,lower_quartile,upper_quartile,wide\r\n";
  for (const Figure& each : section.figures) {
    if (each.chart != chart.name) continue;
    const Estimate& estimate = each.estimate;
    const auto& interval = estimate.interval;
    text += cell(each.series) + ',' + cell(each.x) + ',' + cell(chart.unit) + ',' + cell(estimate.value) + ',' +
            (interval ? cell(interval->first) : "") + ',' + (interval ? cell(interval->second) : "") + ',' +
            cell(estimate.cold) + ',' + std::to_string(estimate.launches) + ',' + std::to_string(estimate.samples) +
            ',' + cell(estimate.quartiles.first) + ',' + cell(estimate.quartiles.second) + ',' +
            (estimate.is_wide ? "true" : "false") + "\r\n";
  }
  return text;
}

void write_csv(const Results& results, const std::string& folder) {
  for (const SectionResult& section : results.sections) {
    for (const Chart& chart : section.section->charts) {
      write_whole(folder + "/" + section.section->name + "-" + chart.name + ".csv", to_csv(section, chart));
    }
  }
}

}  // namespace compare
