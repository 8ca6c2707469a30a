// SPDX-License-Identifier: MIT
// workers: How many? What this machine, the scheduler and your environment say, and what the pool takes.
// Exercise: make a pool, and leave it to the pool how many workers it takes.
#include <multiprocessing/cpu_count.hpp>
#include <multiprocessing/pool.hpp>

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

namespace mp = multiprocessing;

// The last line of every demo, and what it needs.
double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
double seconds(const std::function<void()>& run) {
  const double begin = now();
  run();
  return now() - begin;
}
double best(const std::function<void()>& run) { return std::min({seconds(run), seconds(run), seconds(run)}); }
void last_line(const char* one, double first, const char* other, double second) {
  std::printf("%s: %.3f s. %s: %.3f s. Ratio: %.2f (best of 3 each).\n", one, first, other, second, first / second);
}

// Needs a CPU, and nothing else.
unsigned spin(unsigned number) {
  for (unsigned step = number; step > 0; --step) number = number * 1664525 + 1013904223;
  return number;
}

void row(const std::string& value, const char* what) { std::printf("  %8s  %s\n", value.c_str(), what); }
std::string set(const char* name) { return std::getenv(name) == nullptr ? "not set" : std::getenv(name); }

std::string allowed_cpus() {
  cpu_set_t cpus;
  return sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? std::to_string(CPU_COUNT(&cpus)) : "unknown";
}

// Of our cgroup and those above it the least: "150000 100000" is 1.5 CPUs.
std::string cgroup_quota() {
  double time = 0, period = 0, least = HUGE_VAL;
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    if (!line.starts_with("0::")) continue;
    std::filesystem::path group = "/sys/fs/cgroup" + line.substr(3);
    for (; group.has_relative_path(); group = group.parent_path()) {
      if (std::ifstream(group / "cpu.max") >> time >> period) least = std::min(least, time / period);
    }
  }
  return least == HUGE_VAL ? "none" : std::to_string(least);
}

double time_with(unsigned workers, const std::vector<unsigned>& tasks) {
  mp::Pool pool(static_cast<int>(workers));
  const double time = best([&] { pool.map(spin, tasks, 1); });
  std::printf("  pool of %u: %.3f s\n", workers, time);
  return time;
}

int main() {
  std::puts("How many workers? What there is, and what limits us:");
  row(std::to_string(mp::cpu_count()), "logical CPUs: mp::cpu_count()");
  row(std::to_string(mp::physical_cpu_count()), "cores: mp::physical_cpu_count(); hyper-threads share one");
  row(allowed_cpus(), "CPUs that we may run on: sched_getaffinity(); set by taskset, containers, Slurm");
  row(cgroup_quota(), "CPUs whose time our cgroup gets (rounded up): cpu.max; set by containers, systemd");
  row(set("SLURM_CPUS_PER_TASK"), "SLURM_CPUS_PER_TASK: what we asked Slurm for");
  row(set("MULTIPROCESSING_CPU_COUNT"), "MULTIPROCESSING_CPU_COUNT: overrides these limits");
  row(std::to_string(mp::process_cpu_count()), "mp::process_cpu_count(): the least limit, or what overrides it");
  mp::Pool pool;  // the key line
  const auto right = static_cast<unsigned>(pool.processes());
  const unsigned too_many = 4 * right;
  row(std::to_string(right), "workers in a pool that is not told how many\n");
  std::printf("%u tasks that compute and never wait:\n", 2 * too_many);
  const std::vector<unsigned> tasks(2 * too_many, static_cast<unsigned>(1.5e7 / std::sqrt(right)));
  if (right > 1) time_with(right / 2, tasks);
  const double first = time_with(right, tasks);
  const double second = time_with(too_many, tasks);
  std::puts("A CPU serves one at a time: where workers outnumber the CPUs, they wait for their turns and do no more.");
  std::printf("In this run %u workers took %.2f times as long as %u.%s\n\n", too_many, second / first, right,
              second < 0.795 * first ? " (Less: at other programs' cost, or by CPUs not counted.)" : "");
  const std::string one = "A pool of " + std::to_string(right), other = "A pool of " + std::to_string(too_many);
  last_line(one.c_str(), first, other.c_str(), second);
}
