// SPDX-License-Identifier: MIT
#include <multiprocessing/mpi.hpp>

#include <multiprocessing/errors.hpp>

#include "mpi/job.hpp"
#include "mpi/launch.hpp"

namespace multiprocessing::mpi {
namespace {

multiprocessing::PoolOptions local_options(const PoolOptions& options) {
  multiprocessing::PoolOptions local;
  local.processes = options.processes;
  local.initializer = options.initializer;
  local.initializer_timeout = options.initializer_timeout;
  local.finalizer = options.finalizer;
  local.max_tasks_per_child = options.max_tasks_per_child;
  local.threads_per_worker = options.threads_per_worker;
  return local;
}

detail::HostPoolOptions host_options(const PoolOptions& options) {
  detail::HostPoolOptions sent;
  sent.processes = options.processes;
  sent.initializer = options.initializer;
  sent.initializer_timeout = options.initializer_timeout;
  sent.finalizer = options.finalizer;
  sent.max_tasks_per_child = options.max_tasks_per_child;
  sent.threads_per_worker = options.threads_per_worker;
  sent.host_timeout = options.host_timeout;
  sent.lost_hosts = options.lost_hosts;
  return sent;
}

// Here it is inherited. But a program that works on one host is to work on several.
void check_is_sent(const Initializer& initializer, const std::string& what) {
  if (!initializer || initializer.can_be_sent()) return;
  throw PicklingError("the pool's " + what +
                      " could not be sent to other hosts, as it captures something or has state: make it a function, a "
                      "lambda without captures, or multiprocessing::partial(f, values...)");
}

std::shared_ptr<detail::ByteCore> make_core(const PoolOptions& options) {
  internal::check_launch();
  if (hosts() == 1) {
    check_is_sent(options.initializer, "initializer");
    check_is_sent(options.finalizer, "finalizer");
    return detail::make_worker_group(local_options(options));
  }
  return detail::make_host_group(internal::connect_hosts(), host_options(options));
}

}  // namespace

int hosts() { return internal::launch().size; }

Pool::Pool(const PoolOptions& options) : Pool(make_core(options)) {}

std::vector<Worker> Pool::workers() const {
  std::vector<Worker> workers;
  if (hosts() == 1) {
    for (const pid_t pid : worker_pids()) workers.push_back({internal::name_of_this_host(), pid});
  } else {
    static_cast<void>(processes());  // throws if the pool was moved, or belongs to another process
    for (auto& [host, pid] : detail::workers_of_hosts(*byte_core_)) workers.push_back({std::move(host), pid});
  }
  return workers;
}

}  // namespace multiprocessing::mpi
