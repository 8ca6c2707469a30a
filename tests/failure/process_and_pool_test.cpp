// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>
#include <multiprocessing/process.hpp>
#include <multiprocessing/worker.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

// Processes in a pool's tasks, and pools in processes.
namespace multiprocessing::tests::process_and_pool_test {
namespace {

using namespace std::chrono_literals;

int negative(int number) { return -number; }

[[noreturn]] void sleep_for_ever() {
  for (;;) pause();
}

int exitcode_of_a_process(int wanted) {
  Process process([wanted] { std::exit(wanted); });
  process.start();
  process.join();
  return process.exitcode().value_or(-1000);
}

TEST(ProcessInATask, IsStartedAndJoinedByTheWorker) {
  Pool pool(2);
  EXPECT_EQ(pool.map(exitcode_of_a_process, {1, 2, 3, 4, 5, 6}, 1), (std::vector{1, 2, 3, 4, 5, 6}));
}

int signal_that_ends_a_process(int signal) {
  Process process([signal] { raise(signal); });
  process.start();
  process.join();
  return process.exitcode().value_or(-1000);
}

TEST(ProcessInATask, MayCrashWithoutTheWorker) {
  Pool pool(1);
  const std::vector<pid_t> workers = pool.worker_pids();

  EXPECT_EQ(pool.map(signal_that_ends_a_process, {SIGSEGV, SIGABRT, SIGKILL, SIGTERM}),
            (std::vector{-SIGSEGV, -SIGABRT, -SIGKILL, -SIGTERM}));

  EXPECT_EQ(pool.worker_pids(), workers);
}

int what_a_process_knows(int) {
  Process process([] {
    const bool knows_nothing = !worker_index() && !item_index();
    const bool knows_its_parent = parent_process()->name().starts_with("PoolWorker-");
    std::exit((knows_nothing ? 1 : 0) + (knows_its_parent ? 2 : 0));
  });
  process.start();
  process.join();
  return *process.exitcode();
}

TEST(ProcessInATask, IsNoWorkerAndRunsNoItem) {
  Pool pool(1);
  EXPECT_EQ(pool.map(what_a_process_knows, {0, 1}), (std::vector{3, 3}));
}

TEST(ProcessInATask, SeesTheWorkerAsItsParent) {
  Pool pool(2);
  EXPECT_EQ(pool.apply([] { return current_process().name() == "PoolWorker-" + std::to_string(*worker_index()); }),
            true);
  EXPECT_FALSE(pool.apply([] { return parent_process().has_value(); }));
}

TEST(ProcessInATask, ThatIsLeftEndsWithItsWorker) {
  static std::atomic<pid_t>* left;
  const Shared<std::atomic<pid_t>> left_pid;
  left = left_pid.get();
  {
    Pool pool(1);
    pool.apply([] {
      auto* const process = new Process(sleep_for_ever);
      process->start();
      *left = process->pid();
    });
    EXPECT_TRUE(is_alive(*left));
  }
  EXPECT_TRUE(ends_within(*left, 1s * patience));
}

TEST(PoolInAProcess, WorksAndIsGoneWithIt) {
  Process process([] {
    Pool pool(2);
    if (pool.map(negative, {1, 2, 3}) != std::vector{-1, -2, -3}) std::exit(1);
    try {
      pool.apply([] { raise(SIGKILL); });
      std::exit(2);
    } catch (const WorkerLost&) {
    }
    static Pool left(1);
    static auto pending = left.apply_async(sleep_for_ever);
  });

  process.start();
  process.join();

  EXPECT_EQ(process.exitcode(), 0);
}

TEST(PoolInAProcess, IsInertIfItWasInherited) {
  Pool pool(2);
  Process process([&pool] {
    try {
      pool.apply(negative, 1);
    } catch (const std::logic_error&) {
      std::exit(7);
    }
  });

  process.start();
  process.join();

  EXPECT_EQ(process.exitcode(), 7);
  EXPECT_EQ(pool.apply(negative, 1), -1);
}

TEST(PoolInAProcess, EndsWithADaemonThatIsKilled) {
  const Shared<std::atomic<pid_t>> worker;
  Process process([&worker] {
    Pool pool(1);
    *worker = pool.worker_pids().at(0);
    pool.apply(sleep_for_ever);
  });
  process.set_daemon(true);
  process.start();
  EXPECT_TRUE(eventually([&] { return worker->load() != 0; }));

  process.kill();
  process.join();

  EXPECT_TRUE(ends_within(*worker, 1s * patience));
}

}  // namespace
}  // namespace multiprocessing::tests::process_and_pool_test
