// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "support/deadline.hpp"

namespace multiprocessing::tests::idle_worker_test {
namespace {

using namespace std::chrono_literals;

int negative(int number) { return -number; }

// Idle workers are the first that the kernel kills when memory is short.
TEST(IdleWorker, ThatIsKilledNowAndThenDoesNotBreakItsPool) {
  Pool served(1);
  Pool forked({.processes = 1, .start_method = StartMethod::fork});
  for (Pool* pool : {&served, &forked}) EXPECT_EQ(pool->apply_async(negative, 1).get(), -1);
  for (int deaths = 0; deaths != 4; ++deaths) {
    std::this_thread::sleep_for(1100ms);  // this is what is tested: each has been up for a second
    for (Pool* pool : {&served, &forked}) {
      const pid_t worker = pool->worker_pids().at(0);
      kill(worker, SIGKILL);
      ASSERT_TRUE(eventually([&] {
        const std::vector<pid_t> workers = pool->worker_pids();
        return workers.size() == 1 && workers[0] != worker;
      })) << "after "
          << deaths << " deaths";
    }
  }
  for (Pool* pool : {&served, &forked}) EXPECT_EQ(pool->apply(negative, 2), -2);
}

}  // namespace
}  // namespace multiprocessing::tests::idle_worker_test
