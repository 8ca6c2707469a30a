// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/export.hpp>

namespace multiprocessing {

// The number of logical CPUs of the machine that are online; at least 1. All three functions: any thread.
MULTIPROCESSING_EXPORT int cpu_count();

// The number of cores of the machine that are online, hyper-threads not counted; cpu_count() if the kernel does not
// tell; at least 1.
MULTIPROCESSING_EXPORT int physical_cpu_count();

// The number of CPUs that this process may use, which is the default number of workers: the CPUs that it may run on,
// but not more than the quota of its cgroup and of each cgroup above, rounded up, nor than SLURM_CPUS_PER_TASK; at
// least 1. The environment's MULTIPROCESSING_CPU_COUNT overrides all that; std::invalid_argument if it is not a number
// from 1 to 2^31 - 1.
MULTIPROCESSING_EXPORT int process_cpu_count();

}  // namespace multiprocessing
