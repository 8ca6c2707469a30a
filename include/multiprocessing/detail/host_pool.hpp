// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/pool_core.hpp>
#include <multiprocessing/options.hpp>

#include <string>

namespace multiprocessing::detail {

// What happens to the items of a host that is lost: others run them again, or they end with WorkerLost.
enum class LostHosts { run_again, fail };

// The options of a pool on several hosts. `processes`, `threads_per_worker`: of each host, by default as its CPUs are.
struct HostPoolOptions {
  std::optional<int> processes = {};
  Initializer initializer = {};
  std::optional<std::chrono::nanoseconds> initializer_timeout = {};
  Initializer finalizer = {};
  std::optional<long> max_tasks_per_child = {};
  std::optional<int> threads_per_worker = {};
  std::chrono::nanoseconds host_timeout = std::chrono::seconds(10);
  LostHosts lost_hosts = LostHosts::run_again;
};

// The agent of a host, at the other end of a connected stream socket.
struct HostConnection {
  int socket = -1;  // close-on-exec; whoever is given the connection closes it
  pid_t child = 0;  // the agent, if it is a child of this process, which is to be waited for; 0: it is none
};

// An engine whose workers run on all these hosts. It closes the sockets at its end, or if this throws.
MULTIPROCESSING_EXPORT std::shared_ptr<ByteCore> make_host_group(std::vector<HostConnection> hosts,
                                                                 const HostPoolOptions& options);

// The workers of such an engine: names of hosts, and pids there.
MULTIPROCESSING_EXPORT std::vector<std::pair<std::string, pid_t>> workers_of_hosts(const ByteCore& core);

// Agents on this machine: each a new process of this program, which has called init(). Named host1, host2, ...
MULTIPROCESSING_EXPORT std::vector<HostConnection> start_local_agents(int hosts);

// Is the agent of this host for one engine, until that ends or cannot be reached. The process has one thread. Returns
// an exit code.
MULTIPROCESSING_EXPORT int serve_as_agent(int socket, const std::string& host);

}  // namespace multiprocessing::detail
