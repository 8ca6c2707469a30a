// SPDX-License-Identifier: MIT
#include "hosts/start_hosts.hpp"

#include <multiprocessing/errors.hpp>

#include "pool/check_options.hpp"
#include "pool/parent/sent_initializer.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace multiprocessing::detail {

using namespace std::chrono_literals;

void check_options(const HostPoolOptions& options) {
  if (options.host_timeout <= 0ns) {
    throw std::invalid_argument("host_timeout must be more than 0, not " +
                                std::to_string(options.host_timeout.count()) + " ns");
  }
  check_options(PoolOptions{.processes = options.processes.value_or(1),
                            .initializer_timeout = options.initializer_timeout,
                            .max_tasks_per_child = options.max_tasks_per_child,
                            .threads_per_worker = options.threads_per_worker});
}

void order_workers(std::vector<RemoteHost>& hosts, const HostPoolOptions& options, const ModuleList& here) {
  const SentInitializer initializer(options.initializer, "initializer", "other hosts", here);
  const SentInitializer finalizer(options.finalizer, "finalizer", "other hosts", here);
  const std::string& library = library_module(here).build_id;
  int first_worker = 0;
  for (RemoteHost& host : hosts) {
    if (host.hello().library != library || library.empty()) {
      throw PicklingError("host " + host.name() +
                          " runs another build of the library multiprocessing: every host needs the same program");
    }
    initializer.check(here, host.modules(), "on host " + host.name());
    finalizer.check(here, host.modules(), "on host " + host.name());
    const int processes = options.processes.value_or(std::max(1, host.hello().cpus));
    const PoolNumbers numbers{.processes = processes,
                              .first_worker = first_worker,
                              .initializer_timeout = options.initializer_timeout.value_or(0ns),
                              .max_tasks_per_child = options.max_tasks_per_child.value_or(0),
                              .threads_per_worker = options.threads_per_worker.value_or(0),
                              .silence = options.host_timeout * 3 / 4};
    host.order_pool(numbers, initializer.call, finalizer.call);
    first_worker += processes;
  }
}

}  // namespace multiprocessing::detail
