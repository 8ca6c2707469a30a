// SPDX-License-Identifier: MIT
#include "report.hpp"

#include <multiprocessing/cpu_count.hpp>

#include "terminal.hpp"

#include <sched.h>
#include <unistd.h>

#include <iomanip>
#include <sstream>

namespace demo {
namespace {

double speed_up(const Timing& timing, const Timing& serial) {
  return static_cast<double>(serial.total().count()) / static_cast<double>(timing.total().count());
}

bool may_run_on_one_cpu_only() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  return ::sched_getaffinity(0, sizeof cpus, &cpus) == 0 && CPU_COUNT(&cpus) == 1;
}

// Empty where the figures speak for themselves.
std::string why_no_speed_up(const std::vector<Timing>& timings) {
  const Timing& serial = timings.front();
  const Timing& forked = timings.back();
  if (may_run_on_one_cpu_only()) {
    return "This program may run on one CPU only: workers take turns there, so no pool can be faster than SerialPool.";
  }
  if (forked.workers.starts_with("1 ")) return "One worker does one thing at a time: nothing to gain over SerialPool.";
  if (speed_up(forked, serial) > 1.2) return {};
  if (serial.work < 4 * forked.start) {
    return "The job takes " + in_words(serial.work) + ", starting the processes " + in_words(forked.start) +
           ": it is too short to gain from them.";
  }
  const int cpus = mp::process_cpu_count();
  if (cpus == 1) return "No speed-up to speak of: all workers together may use the time of one CPU (a quota).";
  return "No speed-up to speak of, although " + std::to_string(cpus) +
         " CPUs may be used: they are busy otherwise, or the job is short.";
}

}  // namespace

std::string in_words(std::chrono::nanoseconds time) {
  const double seconds = std::chrono::duration<double>(time).count();
  std::ostringstream text;
  text << std::fixed;
  if (seconds < 1) {
    text << std::setprecision(1) << seconds * 1e3 << " ms";
  } else {
    text << std::setprecision(2) << seconds << " s";
  }
  return text.str();
}

std::string counted(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

void print_table(std::ostream& stream, const std::vector<Timing>& timings) {
  const bool bold = tools::shows_colour(STDOUT_FILENO);
  const auto line = [&](const std::string& pool, const std::string& workers, const std::string& start,
                        const std::string& work, const std::string& speed) {
    stream << "  " << std::left << std::setw(12) << pool << std::setw(16) << workers << std::right << std::setw(10)
           << start << std::setw(12) << work << std::setw(11) << speed << '\n';
  };
  if (bold) stream << "\033[1m";
  line("pool", "workers", "start", "work", "speed-up");
  if (bold) stream << "\033[0m";
  for (const Timing& timing : timings) {
    std::ostringstream speed;
    speed << std::fixed << std::setprecision(2) << speed_up(timing, timings.front()) << 'x';
    line(timing.pool, timing.workers, in_words(timing.start), in_words(timing.work), speed.str());
  }
  stream
      << "  Measured once: the same job with each pool; speed-up is SerialPool's start and work over the pool's own.\n";
  const std::string reason = why_no_speed_up(timings);
  if (!reason.empty()) stream << "  " << reason << '\n';
}

}  // namespace demo
