// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <set>

#include "api/every_pool.hpp"
#include "support/child_process.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::options_test {
namespace {

using namespace std::chrono_literals;

std::string message_of(const auto& call) {
  try {
    call();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "no error";
}

template <class P>
class Options : public ::testing::Test {};
TYPED_TEST_SUITE(Options, EveryPool, PoolNames);

TYPED_TEST(Options, OutOfRangeAreRefusedByTheirValue) {
  const auto contains = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };

  EXPECT_TRUE(contains(message_of([] { TypeParam pool(0); }), "processes must be at least 1, not 0"));
  EXPECT_TRUE(contains(message_of([] { TypeParam pool(-7); }), "-7"));
  EXPECT_TRUE(contains(message_of([] { TypeParam pool({.processes = 1, .max_tasks_per_child = 0}); }), "not 0"));
  EXPECT_TRUE(contains(message_of([] { TypeParam pool({.processes = 1, .max_tasks_per_child = -3}); }), "-3"));
  EXPECT_TRUE(contains(message_of([] { TypeParam pool({.processes = 1, .threads_per_worker = 0}); }),
                       "threads_per_worker must be at least 1, not 0"));
  EXPECT_TRUE(contains(message_of([] { TypeParam pool({.processes = 1, .initializer_timeout = -5ns}); }), "-5"));
}

TYPED_TEST(Options, ProcessesIsTheNumberOfWorkers) {
  TypeParam pool(3);
  TypeParam usual;

  const bool is_serial = std::is_same_v<TypeParam, SerialPool>;
  EXPECT_EQ(pool.processes(), is_serial ? 1 : 3);
  EXPECT_EQ(usual.processes(), is_serial ? 1 : process_cpu_count());
  const auto pids = pool.worker_pids();
  EXPECT_EQ(pids.size(), (is_serial || std::is_same_v<TypeParam, ThreadPool> ? 0u : 3u));
  EXPECT_EQ(std::set(pids.begin(), pids.end()).size(), pids.size());
  EXPECT_EQ(std::count(pids.begin(), pids.end(), getpid()), 0);
}

TYPED_TEST(Options, AnInitializerMayCaptureAndRunsOnceInEachWorker) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  const Shared<std::atomic<int>> runs;
  std::vector<int> table = numbers(10);
  static std::vector<int>* inherited;
  inherited = nullptr;

  TypeParam pool({.processes = 2, .initializer = [&] {
                    inherited = &table;
                    ++*runs;
                  }});
  EXPECT_EQ(*runs, pool.processes());
  EXPECT_EQ(pool.map([](int index) { return inherited->at(static_cast<std::size_t>(index)); }, numbers(10), 1),
            numbers(10));
  EXPECT_EQ(*runs, pool.processes());
  EXPECT_EQ(inherited == nullptr, (std::is_base_of_v<Pool, TypeParam>));
}

TYPED_TEST(Options, AFinalizerRunsOnceInEachWorkerThatLeavesInOrder) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  const Shared<std::atomic<int>> runs;
  {
    TypeParam pool({.processes = 2, .finalizer = [&] { ++*runs; }});
    pool.map([](int number) { return number; }, numbers(100));
    EXPECT_EQ(*runs, 0);
    pool.close();
    pool.join();
    EXPECT_EQ(*runs, pool.processes());
  }
  EXPECT_EQ(*runs, (std::is_same_v<TypeParam, SerialPool> ? 1 : 2));
}

TYPED_TEST(Options, AnInitializerThatThrowsBreaksThePoolWithItsErrorNested) {
  std::string text;
  try {
    TypeParam pool({.processes = 2, .initializer = [] { throw std::range_error("no licence"); }});
    FAIL() << "the pool was made";
  } catch (const BrokenPool&) {
    text = describe(std::current_exception());
  }
  EXPECT_NE(text.find(": std::range_error: no licence"), std::string::npos) << text;
}

TEST(OptionsOfPool, NoFinalizerAfterTerminate) {
  const Shared<std::atomic<int>> runs;
  {
    Pool pool({.processes = 2, .finalizer = [&] { ++*runs; }});
    pool.apply([] {});
    pool.terminate();
    pool.join();
  }
  {
    Pool pool({.processes = 2, .finalizer = [&] { ++*runs; }});
    pool.apply([] {});
  }
  EXPECT_EQ(*runs, 0);
}

TEST(OptionsOfPool, AFinalizerThatThrowsIsReportedAndEndsNothing) {
  const ChildResult child = run_in_child([] {
    Pool pool({.processes = 1, .finalizer = [] { throw std::range_error("tired"); }});
    pool.apply([] {});
    pool.close();
    pool.join();
  });

  EXPECT_EQ(child.exit_code, 0) << child;
  EXPECT_NE(child.standard_error.find("tired"), std::string::npos) << child;
}

TEST(OptionsOfPool, AnInitializerThatDiesBreaksThePool) {
  EXPECT_THROW(Pool({.processes = 2, .initializer = [] { _exit(3); }}), BrokenPool);
  EXPECT_THROW(Pool({.processes = 1, .initializer = [] { raise(SIGKILL); }}), BrokenPool);
}

TEST(OptionsOfPool, AnInitializerThatTakesTooLongBreaksThePool) {
  const Shared<Event> never;
  const auto begun = std::chrono::steady_clock::now();

  try {
    Pool pool(
        {.processes = 2, .initializer = [&] { never->wait(); }, .initializer_timeout = std::chrono::milliseconds(50)});
    ADD_FAILURE() << "the pool was made";
  } catch (const BrokenPool& error) {
    EXPECT_NE(std::string(error.what()).find("ran longer than the 0.05 s of initializer_timeout"), std::string::npos)
        << error.what();
  }

  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s * patience);
}

TEST(OptionsOfPool, AWorkerIsReplacedAfterItsShareOfItems) {
  const Shared<std::atomic<int>> finalized;
  Pool pool({.processes = 1, .finalizer = [&] { ++*finalized; }, .max_tasks_per_child = 3});
  const auto pid_now = [](int) { return getpid(); };

  const auto pids = pool.map(pid_now, numbers(12), 1);

  for (std::size_t index = 0; index != 12; ++index) {
    EXPECT_EQ(pids[index], pids[index / 3 * 3]) << index;
    if (index < 3) continue;
    EXPECT_NE(pids[index], pids[index - 3]) << index;
  }
  pool.close();
  pool.join();
  EXPECT_GE(*finalized, 4);
}

TEST(OptionsOfPool, RecyclingChangesNoResult) {
  static std::array<std::atomic<int>, 300>* runs;
  const Shared<std::array<std::atomic<int>, 300>> shared;
  runs = shared.get();
  const auto count = [](int number) { return ++runs->at(static_cast<std::size_t>(number)), number; };
  for (const long share : {1L, 2L, 7L}) {
    for (const long chunksize : {1L, 3L, 100L}) {
      Pool pool({.processes = 2, .max_tasks_per_child = share});
      EXPECT_EQ(pool.map(count, numbers(60), chunksize), numbers(60)) << share << ' ' << chunksize;
      EXPECT_EQ(collect(pool.imap(count, numbers(20), chunksize)), numbers(20));
      for (std::size_t index = 0; index != 60; ++index) {
        EXPECT_EQ((*runs)[index].exchange(0), index < 20 ? 2 : 1) << share << ' ' << chunksize << ' ' << index;
      }
      std::size_t starts = 0;
      for (const WorkerStats& worker : pool.stats().workers) starts += worker.starts;
      EXPECT_GE(starts, static_cast<std::size_t>(80 / share) - 2);
    }
  }
}

TEST(OptionsOfPool, TwoHundredWorkersAreNoneTooMany) {
  if (patience != 1) GTEST_SKIP() << "200 processes with a sanitizer take too long";
  Pool pool(200);
  const auto squares = pool.map([](int number) { return number * number; }, numbers(1000));
  EXPECT_EQ(std::accumulate(squares.begin(), squares.end(), 0L), 332'833'500);
  EXPECT_EQ(pool.worker_pids().size(), 200u);
}

}  // namespace
}  // namespace multiprocessing::tests::options_test
