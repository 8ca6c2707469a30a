// SPDX-License-Identifier: MIT
// With this file the typed tests of HostedPool run on the hosts of an Open MPI job.
#include <multiprocessing/mpi.hpp>

#include <unistd.h>

#include "api/every_pool.hpp"
#include "mpi/job.hpp"

namespace multiprocessing::tests {
namespace {

// The last ones: if not all are wanted, at least one is not the program's own.
std::vector<detail::HostConnection> agents_of_job(int hosts) {
  std::vector<detail::HostConnection> connections = mpi::internal::connect_hosts();
  for (; connections.size() > static_cast<std::size_t>(hosts); connections.erase(connections.begin())) {
    close(connections.front().socket);
  }
  return connections;
}

[[maybe_unused]] const auto set = agents_of = &agents_of_job;

}  // namespace
}  // namespace multiprocessing::tests
