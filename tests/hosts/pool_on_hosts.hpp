// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/host_pool.hpp>
#include <multiprocessing/multiprocessing.hpp>

#include <string>
#include <utility>
#include <vector>

namespace multiprocessing::tests {

// A pool on hosts that are agents on this machine, named host1, host2, ...: new processes of this program.
class PoolOnHosts : public detail::BytePool<PoolOnHosts> {
 public:
  PoolOnHosts(int hosts, const detail::HostPoolOptions& options)
      : PoolOnHosts(detail::start_local_agents(hosts), options) {}

  const std::vector<pid_t>& agents() const { return agents_; }  // in the order of their names
  std::vector<std::pair<std::string, pid_t>> workers() const { return detail::workers_of_hosts(*core_); }

 private:
  PoolOnHosts(const std::vector<detail::HostConnection>& connections, const detail::HostPoolOptions& options)
      : PoolOnHosts(pids_of(connections), detail::make_host_group(connections, options)) {}
  PoolOnHosts(std::vector<pid_t> agents, const std::shared_ptr<detail::ByteCore>& core)
      : BytePool(core), agents_(std::move(agents)), core_(core) {}
  static std::vector<pid_t> pids_of(const std::vector<detail::HostConnection>& connections) {
    std::vector<pid_t> pids;
    for (const detail::HostConnection& connection : connections) pids.push_back(connection.child);
    return pids;
  }

  std::vector<pid_t> agents_;
  std::shared_ptr<detail::ByteCore> core_;  // goes before the pool itself does
};

}  // namespace multiprocessing::tests
