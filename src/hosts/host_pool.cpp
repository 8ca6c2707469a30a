// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/host_pool.hpp>

#include "hosts/host_group.hpp"

#include <stdexcept>

namespace multiprocessing::detail {

std::shared_ptr<ByteCore> make_host_group(std::vector<HostConnection> hosts, const HostPoolOptions& options) {
  if (hosts.empty()) throw std::invalid_argument("a pool on several hosts needs at least one");
  // In a process forked from its owner the group is not destroyed: its thread is not there.
  const auto destroy = [](HostGroup* group) {
    if (!group->inherited()) delete group;
  };
  return std::shared_ptr<HostGroup>(new HostGroup(hosts, options), destroy);
}

std::vector<std::pair<std::string, pid_t>> workers_of_hosts(const ByteCore& core) {
  return static_cast<const HostGroup&>(core).workers();
}

}  // namespace multiprocessing::detail
