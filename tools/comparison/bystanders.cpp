// SPDX-License-Identifier: MIT
#include "bystanders.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <string>

namespace compare {
namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

double own_seconds() {
  double sum = 0;
  for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage used{};
    if (::getrusage(who, &used) == 0) sum += seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
  }
  return sum;
}

cpu_set_t own_cpus() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  ::sched_getaffinity(0, sizeof cpus, &cpus);
  return cpus;
}

// The number of a line "cpu7 …" of /proc/stat; nothing for others, that of the sum among them.
std::optional<std::size_t> cpu_of(const std::string& name) {
  if (!name.starts_with("cpu")) return std::nullopt;
  std::size_t number = 0;
  const auto [stop, error] = std::from_chars(name.data() + 3, name.data() + name.size(), number);
  return error == std::errc() ? std::optional(number) : std::nullopt;
}

// What our CPUs have worked for whomever. Nothing if the kernel does not tell.
std::optional<double> busy_seconds() {
  const cpu_set_t ours = own_cpus();
  std::optional<double> sum;
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    double user = 0, nice = 0, system = 0, idle = 0, waiting = 0, interrupt = 0, soft_interrupt = 0, stolen = 0;
    words >> name;
    const auto cpu = cpu_of(name);
    if (!cpu || *cpu >= CPU_SETSIZE || !CPU_ISSET(*cpu, &ours)) continue;
    words >> user >> nice >> system >> idle >> waiting >> interrupt >> soft_interrupt >> stolen;
    sum = sum.value_or(0) + user + nice + system + interrupt + soft_interrupt + stolen;
  }
  if (sum) *sum /= static_cast<double>(::sysconf(_SC_CLK_TCK));
  return sum;
}

std::optional<double> others_seconds() {
  const auto busy = busy_seconds();
  return busy ? std::optional(*busy - own_seconds()) : std::nullopt;
}

}  // namespace

Bystanders::Bystanders() : begin_(std::chrono::steady_clock::now()), others_seconds_(others_seconds()) {}

double Bystanders::part() const {
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin_;
  const auto now = others_seconds();
  const cpu_set_t cpus = own_cpus();
  const double all = passed.count() * CPU_COUNT(&cpus);
  return now && others_seconds_ && all > 0 ? std::clamp((*now - *others_seconds_) / all, 0.0, 1.0) : 0;
}

}  // namespace compare
