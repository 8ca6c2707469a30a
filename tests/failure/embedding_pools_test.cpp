// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <malloc.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/deadline.hpp"
#include "support/processes.hpp"

// Several pools of one program, inside and after one another.
namespace multiprocessing::tests::embedding_pools_test {
namespace {

using namespace std::chrono_literals;

int negative(int number) { return -number; }

TEST(SeveralPools, HaveNothingToDoWithEachOther) {
  Pool first(2);
  Pool second(2);
  auto sleeping = first.apply_async([] { pause(); });
  std::vector<AsyncResult<int>> results;
  for (int number = 0; number != 100; ++number) results.push_back(second.apply_async(negative, number));
  for (int number = 0; number != 100; ++number) EXPECT_EQ(results[static_cast<std::size_t>(number)].get(), -number);

  for (const pid_t worker : second.worker_pids()) kill(worker, SIGKILL);
  EXPECT_EQ(second.map(negative, {1, 2, 3}), (std::vector{-1, -2, -3}));
  EXPECT_EQ(first.apply(negative, 4), -4);
  first.terminate();

  EXPECT_THROW(sleeping.get(10s * patience), CancelledError);
  EXPECT_EQ(second.map(negative, {1, 2, 3}), (std::vector{-1, -2, -3}));
}

TEST(SeveralPools, OneMayBeMadeInAThreadThatEnds) {
  std::unique_ptr<Pool> pool;
  std::vector<pid_t> workers;
  std::thread([&] {
    pool = std::make_unique<Pool>(2);
    workers = pool->worker_pids();
    EXPECT_EQ(pool->apply_async(negative, 1).get(), -1);
  }).join();

  EXPECT_EQ(pool->map(negative, {1, 2, 3}), (std::vector{-1, -2, -3}));
  EXPECT_EQ(pool->worker_pids(), workers);
  EXPECT_THROW(pool->apply([] { raise(SIGKILL); }), WorkerLost);
  EXPECT_EQ(pool->apply(negative, 4), -4);
}

TEST(NestedPool, TimesOutInsideATaskAndLeavesNothingThere) {
  Pool pool(2);

  const auto outcomes = pool.try_map(
      [](int item) {
        Pool own(1);
        auto result = own.apply_async([] { pause(); });
        if (item == 3) own.apply_async([] { pause(); }).get(1ms);  // not caught
        try {
          result.get(20ms);
          return std::string("an answer");
        } catch (const TimeoutError&) {
        }
        own.terminate();
        try {
          result.get();
        } catch (const CancelledError&) {
          return std::to_string(item) + " of " + std::to_string(children_of(getpid()).size());
        }
        return std::string("an answer");
      },
      {1, 2, 3, 4}, 1);

  for (const int item : {1, 2, 4}) {
    const auto& outcome = outcomes[static_cast<std::size_t>(item - 1)];
    EXPECT_EQ(outcome.value(), std::to_string(item) + " of 0");
  }
  EXPECT_NE(outcomes[2].error_as<TimeoutError>(), nullptr) << outcomes[2].message();
}

struct Size {
  std::ptrdiff_t descriptors, mappings, threads;
  std::size_t allocated_bytes, resident_pages;

  static Size now() {
    const auto entries = [](const char* folder) {
      return std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator());
    };
    std::ifstream maps("/proc/self/maps");
    std::ptrdiff_t lines = 0;
    for (std::string line; std::getline(maps, line);) ++lines;
    std::ifstream statm("/proc/self/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    statm >> total >> resident;
    return {entries("/proc/self/fd"), lines, entries("/proc/self/task"), mallinfo2().uordblks, resident};
  }
};

void make_use_and_drop(int round) {
  Pool pool(round % 2 + 1);
  switch (round % 4) {
    case 0:
      EXPECT_EQ(pool.apply_async(negative, round).callback([](int) {}).get(), -round);
      break;
    case 1:
      EXPECT_EQ(pool.map(negative, {round, 1}, 1), (std::vector{-round, -1}));
      break;
    case 2:
      pool.close();
      pool.join();
      break;
    default:
      EXPECT_THROW(pool.apply([] { raise(SIGKILL); }), WorkerLost);
  }
}

TEST(SeveralPools, AThousandOneAfterAnotherLeaveNothing) {
  for (int round = 0; round != 20; ++round) make_use_and_drop(round);  // what is made once for all
  EXPECT_TRUE(eventually([] { return Size::now().threads == 1; }));
  malloc_trim(0);
  const Size before = Size::now();

  for (int round = 0; round != 1000 / patience; ++round) make_use_and_drop(round);

  // The threads of the last one may still be about to go.
  EXPECT_TRUE(eventually([&] { return Size::now().threads == before.threads; }));
  malloc_trim(0);
  const Size after = Size::now();
  EXPECT_EQ(after.descriptors, before.descriptors);
  if (patience != 1) return;                       // a sanitizer keeps what was freed
  EXPECT_LE(after.mappings, before.mappings + 2);  // an arena of malloc, perhaps
  EXPECT_LE(after.allocated_bytes, before.allocated_bytes + 20'000);
  EXPECT_LE(after.resident_pages, before.resident_pages + 250);
}

TEST(SeveralPools, OneMayHaveTwoHundredWorkersThatDie) {
  if (patience != 1) GTEST_SKIP() << "200 processes with a sanitizer take too long";
  Pool pool(200);
  std::vector<pid_t> workers = pool.worker_pids();
  ASSERT_EQ(workers.size(), 200U);

  for (std::size_t index = 0; index != workers.size(); index += 2) kill(workers[index], SIGKILL);

  std::vector<int> items(2000, 7);
  EXPECT_EQ(pool.map(negative, items, 1), std::vector<int>(2000, -7));
  EXPECT_TRUE(eventually([&] { return pool.worker_pids().size() == 200; }, 20s));
  pool.terminate();
  for (const pid_t worker : workers) EXPECT_FALSE(is_alive(worker));
}

}  // namespace
}  // namespace multiprocessing::tests::embedding_pools_test
