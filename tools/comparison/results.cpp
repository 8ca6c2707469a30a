// SPDX-License-Identifier: MIT
#include "results.hpp"

#include "bystanders.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace compare {

const Figure* SectionResult::figure(const std::string& chart, const std::string& series, double x) const {
  const auto found = std::ranges::find_if(
      figures, [&](const Figure& each) { return each.chart == chart && each.series == series && each.x == x; });
  return found == figures.end() ? nullptr : &*found;
}

std::vector<Figure> SectionResult::line(const std::string& chart, const std::string& series) const {
  std::vector<Figure> result;
  std::ranges::copy_if(figures, std::back_inserter(result),
                       [&](const Figure& each) { return each.chart == chart && each.series == series; });
  std::ranges::sort(result, {}, &Figure::x);
  return result;
}

std::vector<std::string> SectionResult::series_of(const std::string& chart) const {
  std::vector<std::string> names;
  for (const Figure& each : figures) {
    if (each.chart == chart && std::ranges::find(names, each.series) == names.end()) names.push_back(each.series);
  }
  return names;
}

double SectionResult::bystanders() const {
  double sum = 0;
  for (const Launch& each : launches) sum += each.bystanders;
  return launches.empty() ? 0 : sum / static_cast<double>(launches.size());
}

bool SectionResult::is_busy() const { return bystanders() > much_for_bystanders; }

SectionResult summarise(const Section& section, std::vector<Launch> launches) {
  SectionResult result{.section = &section, .launches = std::move(launches)};
  using Key = std::tuple<std::string, std::string, double>;
  std::map<Key, std::vector<measuring::Samples>> samples;
  std::vector<Key> keys;
  const auto say = [&](const std::string& note) {
    const bool is_new = std::ranges::find(result.notes, note) == result.notes.end();
    if (!note.empty() && is_new) result.notes.push_back(note);
  };
  for (const Launch& launch : result.launches) {
    say(launch.failure);
    for (const Measured& measured : launch.measured) {
      say(measured.note);
      const Key key{measured.chart, measured.series, measured.x};
      if (!samples.contains(key)) keys.push_back(key);
      samples[key].push_back({measured.cold, measured.samples});
    }
  }
  if (result.is_busy()) {
    say("Other programs had " + std::to_string(std::lround(100 * result.bystanders())) +
        " % of the CPUs' time while this was measured: do not use its figures.");
  }
  for (const Key& key : keys) {
    const auto& [chart, series, x] = key;
    if (const auto value = estimate(samples[key])) result.figures.push_back({chart, series, x, *value});
  }
  return result;
}

const SectionResult* Results::section(const std::string& name) const {
  const auto found =
      std::ranges::find_if(sections, [&](const SectionResult& each) { return each.section->name == name; });
  return found == sections.end() ? nullptr : &*found;
}

}  // namespace compare
