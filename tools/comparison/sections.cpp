// SPDX-License-Identifier: MIT
#include "section.hpp"

#include <algorithm>
#include <stdexcept>

namespace compare {

const std::vector<Section>& sections() {
  static const std::vector<Section> all{
      break_even_section(), startup_section(), pools_section(),      round_trip_section(), throughput_section(),
      payload_section(),    memory_section(),  contention_section(), crash_section(),
  };
  return all;
}

const Chart& chart_of(const Section& section, const std::string& name) {
  const auto found = std::ranges::find(section.charts, name, &Chart::name);
  if (found == section.charts.end()) throw std::out_of_range(section.name + " has no chart " + name);
  return *found;
}

}  // namespace compare
