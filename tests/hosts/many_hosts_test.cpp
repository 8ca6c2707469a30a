// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <numeric>

#include "hosts/pool_on_hosts.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"

// More hosts than this machine has CPUs, by far.
namespace multiprocessing::tests::many_hosts_test {
namespace {

using namespace std::chrono_literals;

constexpr int hosts = 60;

TEST(ManyHosts, AnswerAndAreGoneAfterwards) {
  set_deadline(default_deadline * 3);
  std::vector<int> numbers(600);
  std::iota(numbers.begin(), numbers.end(), 0);
  std::vector<pid_t> pids;
  {
    PoolOnHosts pool(hosts, {.processes = 1, .host_timeout = 60s * patience});
    EXPECT_EQ(pool.processes(), hosts);
    for (const long chunksize : {1L, 600L}) {
      EXPECT_EQ(pool.map([](int number) { return number + 1 - 1; }, numbers, chunksize), numbers);
    }
    pids = pool.agents();
    for (const auto& [host, pid] : pool.workers()) pids.push_back(pid);
    EXPECT_EQ(pids.size(), 2u * hosts);
  }
  for (const pid_t pid : pids) EXPECT_TRUE(ends_within(pid, 10s * patience)) << describe_process(pid);
  EXPECT_TRUE(children_of(getpid()).empty());
}

}  // namespace
}  // namespace multiprocessing::tests::many_hosts_test
