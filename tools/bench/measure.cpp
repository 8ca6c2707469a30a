// SPDX-License-Identifier: MIT
#include "measure.hpp"

#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace bench {
namespace {

double units_in_a_second(const std::string& unit) {
  if (unit == "ns") return 1e9;
  if (unit == "us") return 1e6;
  if (unit == "ms") return 1e3;
  throw std::logic_error("'" + unit + "' is no unit of time here: ns, us or ms");
}

double quantile(const std::vector<double>& sorted, double part) {
  return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1) + 0.5)];
}

}  // namespace

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

void compare(Row& row, std::size_t samples, const Contender& ours, const Contender& peer) {
  const double units = units_in_a_second(row.unit);
  std::vector<double> times;
  std::vector<double> peer_times;
  std::vector<double> ratios;
  ours.sample();
  peer.sample();
  for (std::size_t i = 0; i != samples; ++i) {
    times.push_back(ours.sample() * units / static_cast<double>(ours.items));
    peer_times.push_back(peer.sample() * units / static_cast<double>(peer.items));
    ratios.push_back(times.back() / peer_times.back());
  }
  row.ours = median(times);
  row.peer = median(peer_times);
  row.ratio = row.ours / row.peer;
  row.samples = samples;
  std::sort(ratios.begin(), ratios.end());
  row.spread = (quantile(ratios, 0.75) - quantile(ratios, 0.25)) / row.ratio;
}

void stay_on_one_cpu() {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(::sched_getcpu(), &one);
  if (::sched_setaffinity(0, sizeof one, &one) != 0)
    throw std::system_error(errno, std::generic_category(), "sched_setaffinity");
}

}  // namespace bench
