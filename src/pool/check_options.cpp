// SPDX-License-Identifier: MIT
#include "pool/check_options.hpp"

#include <multiprocessing/cpu_count.hpp>
#include <multiprocessing/detail/fork_call.hpp>
#include <multiprocessing/errors.hpp>

#include <algorithm>
#include <stdexcept>

namespace multiprocessing::detail {

int check_options(const PoolOptions& options) {
  if (options.processes && *options.processes < 1) {
    throw std::invalid_argument("processes must be at least 1, not " + std::to_string(*options.processes));
  }
  if (options.max_tasks_per_child && *options.max_tasks_per_child < 1) {
    throw std::invalid_argument("max_tasks_per_child must be at least 1, not " +
                                std::to_string(*options.max_tasks_per_child));
  }
  if (options.threads_per_worker && *options.threads_per_worker < 1) {
    throw std::invalid_argument("threads_per_worker must be at least 1, not " +
                                std::to_string(*options.threads_per_worker));
  }
  if (options.initializer_timeout && *options.initializer_timeout <= std::chrono::nanoseconds::zero()) {
    throw std::invalid_argument("initializer_timeout must be more than 0, not " +
                                std::to_string(options.initializer_timeout->count()) + " ns");
  }
  return options.processes ? *options.processes : process_cpu_count();
}

int fork_map_processes(std::optional<int> processes, std::size_t items) {
  const int most = check_options({.processes = processes});
  return items < static_cast<std::size_t>(most) ? std::max(1, static_cast<int>(items)) : most;
}

void check_options(const TaskOptions& options, const PoolCore& core) {
  if (options.timeout && *options.timeout <= std::chrono::nanoseconds::zero()) {
    throw std::invalid_argument("timeout must be more than 0, not " + std::to_string(options.timeout->count()) + " ns");
  }
  if (options.retries < 0) {
    throw std::invalid_argument("retries must be at least 0, not " + std::to_string(options.retries));
  }
  if (options.timeout && !core.can_kill()) {
    throw std::logic_error("a timeout for each item needs a Pool of processes: nothing else can end what runs");
  }
}

}  // namespace multiprocessing::detail
