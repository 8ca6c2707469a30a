// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "support/child_process.hpp"
#include "support/held_fork.hpp"
#include "support/processes.hpp"

// The program forks a replacement itself, and has so much memory that this takes long.
namespace multiprocessing::tests::slow_fork_test {
namespace {

int twice(int number) { return 2 * number; }
int leave_with(int exit_code) { ::_exit(exit_code); }

std::atomic<int> generation = 0;
int generation_of_worker() { return generation; }

// Loses a worker in a thread of its own, whose call then waits for the replacement's fork.
void lose_a_worker(Pool& pool, std::atomic<bool>& has_returned) {
  EXPECT_THROW(pool.apply(&leave_with, 7), WorkerLost);
  has_returned = true;
  generation = 1;
}

}  // namespace

TEST(SlowFork, OfAReplacementHoldsUpNoOtherThread) {
  const ChildResult child = run_in_child([] {
    Pool pool({.processes = 2, .start_method = StartMethod::fork});
    HeldFork fork;
    std::atomic<bool> has_returned = false;
    std::thread loser([&] { lose_a_worker(pool, has_returned); });
    fork.wait_until_it_begins();

    EXPECT_EQ(pool.stats().lost, 1U);
    EXPECT_EQ(pool.worker_pids().size(), 1U);
    EXPECT_EQ(pool.apply(&twice, 21), 42);
    EXPECT_EQ(pool.map(&twice, std::vector<int>{1, 2, 3}), (std::vector<int>{2, 4, 6}));
    EXPECT_EQ(pool.apply_async(&twice, 4).get(), 8);

    fork.let_go();
    loser.join();
    EXPECT_EQ(pool.map(&twice, std::vector<int>{1, 2, 3}, 1), (std::vector<int>{2, 4, 6}));
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(SlowFork, OfAReplacementIsOverBeforeTheThreadThatOrderedItChangesTheProgramsMemory) {
  const ChildResult child = run_in_child([] {
    Pool pool({.processes = 1, .start_method = StartMethod::fork});
    HeldFork fork;
    std::atomic<bool> has_returned = false;
    std::thread loser([&] { lose_a_worker(pool, has_returned); });
    fork.wait_until_it_begins();
    EXPECT_EQ(pool.stats().lost, 1U);
    EXPECT_FALSE(has_returned);

    fork.let_go();
    loser.join();
    EXPECT_EQ(pool.apply(&generation_of_worker), 0);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(SlowFork, OfAReplacementDoesNotHoldTerminateUp) {
  const ChildResult child = run_in_child([] {
    Pool pool({.processes = 2, .start_method = StartMethod::fork});
    HeldFork fork;
    std::atomic<bool> has_returned = false;
    std::thread loser([&] { lose_a_worker(pool, has_returned); });
    fork.wait_until_it_begins();

    const auto before = std::chrono::steady_clock::now();
    pool.terminate();
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::milliseconds{2500 * patience});
    loser.join();

    fork.let_go();
    EXPECT_TRUE(eventually([] { return children_of(::getpid()).empty(); }));
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

}  // namespace multiprocessing::tests::slow_fork_test
