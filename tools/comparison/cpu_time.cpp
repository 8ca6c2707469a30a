// SPDX-License-Identifier: MIT
#include "cpu_time.hpp"

#include <time.h>

#include <system_error>

namespace compare {
namespace {

double read_clock(clockid_t clock) {
  timespec time{};
  if (::clock_gettime(clock, &time) != 0) throw std::system_error(errno, std::generic_category(), "clock_gettime");
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

}  // namespace

double cpu_seconds(const std::vector<pid_t>& others) {
  double sum = read_clock(CLOCK_PROCESS_CPUTIME_ID);
  for (const pid_t other : others) {
    clockid_t clock{};
    const int error = ::clock_getcpuclockid(other, &clock);
    if (error != 0) throw std::system_error(error, std::generic_category(), "clock_getcpuclockid");
    sum += read_clock(clock);
  }
  return sum;
}

}  // namespace compare
