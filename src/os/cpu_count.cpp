// SPDX-License-Identifier: MIT
#include <multiprocessing/cpu_count.hpp>

#include "os/cgroup.hpp"
#include "os/cpu_limits.hpp"

#include <cstdlib>

namespace multiprocessing {

int cpu_count() { return static_cast<int>(detail::online_cpus().size()); }

int physical_cpu_count() {
  const auto cpus = detail::online_cpus();
  return detail::count_cores(cpus).value_or(static_cast<int>(cpus.size()));
}

int process_cpu_count() {
  return detail::count_usable_cpus({.allowed_cpus = static_cast<int>(detail::allowed_cpus().size()),
                                    .cgroup_quota = detail::cgroup_cpu_quota(),
                                    .slurm_cpus_per_task = std::getenv("SLURM_CPUS_PER_TASK"),
                                    .override_count = std::getenv("MULTIPROCESSING_CPU_COUNT")});
}

}  // namespace multiprocessing
