// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <thread>

#include "api/every_pool.hpp"
#include "api/ranges.hpp"
#include "support/deadline.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::task_options_test {
namespace {

using namespace std::chrono_literals;

int twice(int number) { return 2 * number; }
int sum(int a, int b) { return a + b; }
const std::vector<int> doubled{2, 4, 6};

template <class P>
class TaskOptionsOf : public ::testing::Test {};
TYPED_TEST_SUITE(TaskOptionsOf, EveryPool, PoolNames);

TYPED_TEST(TaskOptionsOf, HoldForEachMemberOfThePool) {
  TypeParam pool(2);
  auto with = pool.with({.retries = 1});
  EXPECT_EQ(with.apply(twice, 1), 2);
  EXPECT_EQ(with.apply_async(twice, 1).get(), 2);
  EXPECT_EQ(with.map(twice, {1, 2, 3}), doubled);
  EXPECT_EQ(with.map_async(twice, {1, 2, 3}, 2).get(), doubled);
  EXPECT_EQ(with.starmap(sum, {std::pair(1, 1), std::pair(1, 3)}), (std::vector<int>{2, 4}));
  EXPECT_EQ(with.starmap_async(sum, {std::pair(1, 1)}).get(), std::vector<int>{2});
  EXPECT_EQ(collect(with.imap(twice, {1, 2, 3})), doubled);
  EXPECT_EQ(collect(with.imap_unordered(twice, {1})), std::vector<int>{2});
  EXPECT_EQ(with.try_map(twice, {1, 2, 3}).at(2).value(), 6);
  EXPECT_EQ(with.try_imap(twice, {1}).next().value(), 2);
  EXPECT_EQ(with.try_imap_unordered(twice, {1}).next().value(), 2);
  EXPECT_EQ(with.with({.retries = 2}).apply(twice, 4), 8);
  EXPECT_EQ(with.processes(), pool.processes());
  EXPECT_EQ(with.worker_pids(), pool.worker_pids());
  with.close();
  EXPECT_THROW(with.apply(twice, 1), std::logic_error);
  with.join();
}

TYPED_TEST(TaskOptionsOf, OutOfRangeAreNamedWithTheirValue) {
  TypeParam pool(1);
  const auto message_of = [&](TaskOptions options) -> std::string {
    try {
      pool.with(std::move(options));
      return "nothing was thrown";
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
  };
  EXPECT_EQ(message_of({.timeout = 0ns}), "timeout must be more than 0, not 0 ns");
  EXPECT_EQ(message_of({.timeout = -5ns}), "timeout must be more than 0, not -5 ns");
  EXPECT_EQ(message_of({.retries = -1}), "retries must be at least 0, not -1");
}

TYPED_TEST(TaskOptionsOf, WithAStopThatWasRequestedBeforeNothingRuns) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  Shared<std::atomic<int>> shared;
  static std::atomic<int>* runs = nullptr;
  runs = shared.get();
  TypeParam pool(2);
  std::stop_source source;
  source.request_stop();
  auto stopped = pool.with({.stop = source.get_token()});
  const auto count = [](int) { ++*runs; };
  EXPECT_THROW(stopped.apply(count, 1), CancelledError);
  EXPECT_THROW(stopped.apply_async(count, 1).get(), CancelledError);
  EXPECT_THROW(stopped.map(count, {1, 2, 3}), CancelledError);
  EXPECT_THROW(stopped.map_async(count, {1, 2, 3}).get(), CancelledError);
  for (const auto& outcome : stopped.try_map(count, {1, 2, 3})) {
    EXPECT_EQ(outcome.message(), "stop was requested before the work had begun");
  }
  EXPECT_EQ(*runs, 0);
  pool.apply(count, 1);
  EXPECT_EQ(*runs, 1) << "the pool itself goes on";
}

// It would be wrong to end as if that were all, and to give an error for each number there is.
TYPED_TEST(TaskOptionsOf, AStopEndsALazyCallOverAnEndlessInputWithOneError) {
  TypeParam pool(2);
  std::stop_source source;
  auto results = pool.with({.stop = source.get_token()}).imap(twice, UpTo(std::numeric_limits<int>::max()));
  EXPECT_EQ(results.next(), 0);
  EXPECT_EQ(results.next(), 2);
  source.request_stop();
  const auto drain = [&] {
    for (int item = 2; item != 1000; ++item) EXPECT_EQ(results.next(), 2 * item);
  };
  EXPECT_THROW(drain(), CancelledError);
  const auto to_the_end = [&] {
    while (true) {
      try {
        results.next();
      } catch (const CancelledError&) {
      }
    }
  };
  EXPECT_THROW(to_the_end(), StopIteration);
}

template <class P>
class StopOf : public ::testing::Test {};
TYPED_TEST_SUITE(StopOf, EveryConcurrentPool, PoolNames);

struct Crossing {
  std::atomic<int> runs;
  Event begun;
  Event go_on;
};
Crossing* crossing = nullptr;
int cross(int item) {
  ++crossing->runs;
  crossing->begun.happen();
  crossing->go_on.wait();
  return item;
}

TYPED_TEST(StopOf, LetsFinishWhatRunsAndStartsNothingMore) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  Shared<Crossing> shared;
  crossing = shared.get();
  TypeParam pool(2);
  std::stop_source source;
  auto result = pool.with({.stop = source.get_token()}).map_async(cross, numbers(10), 1);
  auto other = pool.apply_async(twice, 4);
  crossing->begun.wait();
  crossing->begun.wait();
  source.request_stop();
  crossing->go_on.happen();
  crossing->go_on.happen();
  EXPECT_THROW(result.get(), CancelledError);
  EXPECT_EQ(crossing->runs, 2);
  EXPECT_EQ(other.get(), 8);
}

TYPED_TEST(StopOf, EndsACallThatWaits) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  Shared<Crossing> shared;
  crossing = shared.get();
  TypeParam pool(2);
  std::stop_source source;
  std::jthread stopping([&] {
    crossing->begun.wait();
    crossing->begun.wait();
    source.request_stop();
    crossing->go_on.happen();
    crossing->go_on.happen();
  });
  int finished = 0;
  for (const auto& outcome : pool.with({.stop = source.get_token()}).try_map(cross, numbers(100), 1)) {
    if (outcome) {
      ++finished;
    } else {
      EXPECT_NE(outcome.template error_as<CancelledError>(), nullptr);
    }
  }
  EXPECT_EQ(finished, 2);
}

TYPED_TEST(StopOf, MayComeAtAnyMomentOfACallAndAfterIt) {
  TypeParam pool(2);
  for (int round = 0; round != 200; ++round) {
    std::stop_source source;
    std::jthread stopping([&] { source.request_stop(); });
    for (const auto& outcome : pool.with({.stop = source.get_token()}).try_map(twice, numbers(20), 3)) {
      if (outcome) continue;
      EXPECT_NE(outcome.template error_as<CancelledError>(), nullptr) << outcome.message();
    }
    (void)pool.with({.stop = source.get_token()}).map_async(twice, numbers(20));  // dropped
  }
  EXPECT_EQ(pool.apply(twice, 3), 6);
}

TEST(TimeoutOfThreads, IsALogicErrorAsIsOneOfASerialPool) {
  ThreadPool threads(1);
  SerialPool serial;
  EXPECT_THROW(threads.with({.timeout = 1s}), std::logic_error);
  EXPECT_THROW(serial.with({.timeout = 1s}), std::logic_error);
}

}  // namespace
}  // namespace multiprocessing::tests::task_options_test
