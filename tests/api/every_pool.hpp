// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/host_pool.hpp>
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "support/deadline.hpp"

namespace multiprocessing::tests {

// A Pool whose workers are a new process of this program.
class SpawnedPool : public Pool {
 public:
  SpawnedPool() : SpawnedPool(PoolOptions()) {}
  explicit SpawnedPool(int processes) : SpawnedPool(PoolOptions{.processes = processes}) {}
  explicit SpawnedPool(PoolOptions options) : Pool(spawned(std::move(options))) {}

 private:
  static PoolOptions spawned(PoolOptions options) {
    options.start_method = StartMethod::spawn;
    return options;
  }
};

// The agents of so many hosts: new processes of this program, or, in tests/mpi, those of an Open MPI job.
inline std::vector<detail::HostConnection> (*agents_of)(int hosts) = &detail::start_local_agents;

// A pool on up to three hosts, which share the workers evenly.
class HostedPool : public detail::BytePool<HostedPool> {
 public:
  HostedPool() : HostedPool(PoolOptions()) {}
  explicit HostedPool(int processes) : HostedPool(PoolOptions{.processes = processes}) {}
  explicit HostedPool(const PoolOptions& options)
      : HostedPool(options, hosts_for(options.processes.value_or(process_cpu_count()))) {}

 private:
  HostedPool(const PoolOptions& options, int hosts)
      : BytePool(make_host_group(agents_of(hosts), of_each(options, hosts))) {}
  static int hosts_for(int processes) { return processes % 3 == 0 ? 3 : processes % 2 == 0 ? 2 : 1; }
  static detail::HostPoolOptions of_each(const PoolOptions& options, int hosts) {
    return {.processes = options.processes.value_or(process_cpu_count()) / hosts,
            .initializer = options.initializer,
            .initializer_timeout = options.initializer_timeout,
            .finalizer = options.finalizer,
            .max_tasks_per_child = options.max_tasks_per_child,
            .threads_per_worker = options.threads_per_worker};
  }
};

// For typed tests of what holds for all engines, and for those that run tasks beside the caller.
using EveryPool = ::testing::Types<Pool, SpawnedPool, HostedPool, ThreadPool, SerialPool>;
using EveryConcurrentPool = ::testing::Types<Pool, SpawnedPool, HostedPool, ThreadPool>;
// For what is sent as bytes.
using EveryBytePool = ::testing::Types<Pool, SpawnedPool, HostedPool, SerialPool>;

// For the few tests whose tasks reach memory of the test itself.
template <class P>
inline constexpr bool inherits = !std::is_same_v<P, SpawnedPool> && !std::is_same_v<P, HostedPool>;
constexpr const char* needs_inheritance = "its tasks use memory that a worker inherits";

struct PoolNames {
  template <class P>
  static std::string GetName(int) {
    if constexpr (std::is_same_v<P, Pool>) return "Pool";
    if constexpr (std::is_same_v<P, SpawnedPool>) return "SpawnedPool";
    if constexpr (std::is_same_v<P, HostedPool>) return "HostedPool";
    if constexpr (std::is_same_v<P, ThreadPool>) return "ThreadPool";
    return "SerialPool";
  }
};

// first, first + 1, … : `count` of them
inline std::vector<int> numbers(int count, int first = 0) {
  std::vector<int> result(static_cast<std::size_t>(count));
  std::iota(result.begin(), result.end(), first);
  return result;
}

template <class Results>
auto collect(Results results) {
  std::vector<std::remove_cvref_t<decltype(*results.begin())>> values;
  for (auto&& value : results) values.push_back(std::move(value));
  return values;
}

}  // namespace multiprocessing::tests
