// SPDX-License-Identifier: MIT
#include "measure.hpp"

#include <sched.h>

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

}  // namespace

void compare(Row& row, std::size_t samples, const Sampler& ours, const Sampler& peer) {
  const auto taken = measuring::in_turn({ours, peer}, {.least_samples = samples, .most_samples = samples});
  std::vector<double> ratios;
  for (std::size_t i = 0; i != samples; ++i) ratios.push_back(taken[0].samples[i] / taken[1].samples[i]);
  const double units = units_in_a_second(row.unit);
  row.ours = measuring::median(taken[0].samples) * units;
  row.peer = measuring::median(taken[1].samples) * units;
  row.ratio = row.ours / row.peer;
  row.samples = samples;
  row.spread = measuring::spread(ratios, row.ratio);
}

void stay_on_one_cpu() {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(::sched_getcpu(), &one);
  if (::sched_setaffinity(0, sizeof one, &one) != 0)
    throw std::system_error(errno, std::generic_category(), "sched_setaffinity");
}

}  // namespace bench
