// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "api/every_pool.hpp"
#include "support/child_process.hpp"

// What a worker that is spawned finds, and what it must not find.
namespace multiprocessing::tests::spawned_surroundings_test {
namespace {

constexpr const char* text_before_main = "MULTIPROCESSING_TEST_PRINT_BEFORE_MAIN";
// As a program that prints while its static objects are made.
const bool has_printed = [] {
  const char* const text = std::getenv(text_before_main);
  return text != nullptr && std::fputs(text, stdout) >= 0;
}();

int negative(int number) { return -number; }

TEST(SpawnedSurroundings, WhatIsPrintedBeforeMainIsPrintedOnceAndNotByEachWorker) {
  const ChildResult child = run_in_child([] {
    setenv(text_before_main, "before main", 1);
    SpawnedPool pool(2);
    EXPECT_THROW(pool.apply([] { std::abort(); }), WorkerLost);
    pool.map([](int number) { return std::printf("."), number; }, numbers(4), 1);
    pool.close();
  });
  EXPECT_EQ(child.exit_code, 0) << child;
  const std::size_t first = child.standard_output.find("before main");
  EXPECT_NE(first, std::string::npos) << child;
  EXPECT_EQ(child.standard_output.find("before main", first + 1), std::string::npos) << child;
}

// How many descriptors of the process are open, beside the standard ones, and how many of them a program that it
// executes would get.
std::pair<int, int> descriptors(int) {
  std::pair<int, int> found{};
  for (int fd = 3; fd != 2048; ++fd) {
    const int flags = fcntl(fd, F_GETFD);
    if (flags < 0) continue;
    ++found.first;
    if ((flags & FD_CLOEXEC) == 0) ++found.second;
  }
  return found;
}

TEST(SpawnedSurroundings, AWorkerHasNoMoreDescriptorsThanOneThatIsForked) {
  const auto [own, own_for_programs] = descriptors(0);
  Pool forked(1);
  SpawnedPool spawned(1);

  const auto [in_fork, in_fork_for_programs] = forked.apply(descriptors, 0);
  const auto [in_spawned, in_spawned_for_programs] = spawned.apply(descriptors, 0);

  EXPECT_LE(in_spawned, in_fork) << own;
  EXPECT_LE(in_spawned_for_programs, own_for_programs) << in_fork_for_programs;
}

TEST(SpawnedSurroundings, AProgramMayHaveClosedItsStandardStreams) {
  const ChildResult child = run_in_child([] {
    for (int fd = 0; fd != 3; ++fd) close(fd);
    SpawnedPool pool(2);
    if (pool.map(negative, {1, 2}) != std::vector<int>{-1, -2}) std::abort();
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(SpawnedSurroundings, AWorkerBlocksTheSignalsThatTheProgramBlocked) {
  const ChildResult child = run_in_child([] {
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
    signal(SIGCHLD, SIG_IGN);
    SpawnedPool pool(1);
    const auto is_blocked = [](int number) {
      sigset_t now;
      pthread_sigmask(SIG_BLOCK, nullptr, &now);
      return sigismember(&now, number) == 1;
    };
    EXPECT_EQ(pool.map(is_blocked, {SIGUSR1, SIGUSR2, SIGTERM}), (std::vector<bool>{true, false, false}));
    EXPECT_THROW(pool.apply([] { std::abort(); }), WorkerLost);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(SpawnedSurroundings, SeveralThreadsMayMakePoolsWhileOthersFork) {
  std::atomic<bool> is_over = false;
  std::jthread forking([&] {
    while (!is_over) Pool(1).apply(negative, 1);
  });
  std::vector<std::jthread> threads;
  for (int thread = 0; thread != 3; ++thread) {
    threads.emplace_back([] {
      for (int round = 0; round != 5; ++round) EXPECT_EQ(SpawnedPool(2).map(negative, {4, 5}).back(), -5);
    });
  }
  threads.clear();
  is_over = true;
}

}  // namespace
}  // namespace multiprocessing::tests::spawned_surroundings_test
