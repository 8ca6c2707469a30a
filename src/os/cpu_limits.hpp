// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

namespace multiprocessing::detail {

// The numbers of the CPUs that the calling thread may run on: cpusets, taskset, Slurm and mpirun are in it.
std::vector<int> allowed_cpus();

// The cores that the CPUs belong to; nothing if the kernel does not tell. /sys is looked up below `root`.
std::optional<int> count_cores(const std::vector<int>& cpus, const std::filesystem::path& root = "/");

// The CPUs of the machine that are online.
std::vector<int> online_cpus(const std::filesystem::path& root = "/");

// What process_cpu_count() makes of its sources. The text is of the environment's variables, nullptr where unset.
struct CpuLimits {
  int allowed_cpus = 1;
  std::optional<double> cgroup_quota = {};
  const char* slurm_cpus_per_task = nullptr;
  const char* override_count = nullptr;
};
int count_usable_cpus(const CpuLimits& limits);

}  // namespace multiprocessing::detail
