// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

namespace multiprocessing::detail {

// The numbers of the CPUs that the calling thread may run on: cpusets, taskset, Slurm and mpirun are taken into
// account.
std::vector<int> allowed_cpus();

// The number of cores that the CPUs belong to; nothing if the kernel does not tell. Looks up /sys below `root`.
std::optional<int> count_cores(const std::vector<int>& cpus, const std::filesystem::path& root = "/");

// The CPUs of the machine that are online.
std::vector<int> online_cpus(const std::filesystem::path& root = "/");

// The sources of process_cpu_count(). Texts are those of the environment's variables, nullptr if unset.
struct CpuLimits {
  int allowed_cpus = 1;
  std::optional<double> cgroup_quota = {};
  const char* slurm_cpus_per_task = nullptr;
  const char* override_count = nullptr;
};
int count_usable_cpus(const CpuLimits& limits);

}  // namespace multiprocessing::detail
