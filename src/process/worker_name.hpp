// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <string>

namespace multiprocessing::detail {

// Of a process that makes its pool for a pool on several hosts: where it is, and the worker_index() of its pool's first
// worker. Before that pool is made. In a worker, whose pools are its own, `first_worker` is 0 again.
struct HostPlace {
  std::string host;  // empty: the pool is on one host
  int first_worker = 0;
};
HostPlace& host_place() noexcept;

// "worker 3 (pid 4711)", or "worker 3 (pid 4711 on h2)": how errors name it. place_of() is the part with the pid.
std::string worker_name(int slot, pid_t pid);
std::string place_of(pid_t pid);

}  // namespace multiprocessing::detail
