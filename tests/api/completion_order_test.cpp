// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "api/each_once.hpp"
#include "api/every_pool.hpp"
#include "api/gate.hpp"

namespace multiprocessing::tests::completion_order_test {
namespace {

using namespace std::chrono_literals;

int same(int number) { return number; }
int nap(int milliseconds) {
  if (milliseconds != 0) std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  return milliseconds;
}

template <class P>
class AsCompletedBeside : public ::testing::Test {};
TYPED_TEST_SUITE(AsCompletedBeside, EveryConcurrentPool, PoolNames);

TYPED_TEST(AsCompletedBeside, GivesOutWhatEndsFirstFirst) {
  TypeParam pool(3);
  AsCompleted<int> results;
  results.add(pool.apply_async(nap, 400));
  results.add(pool.apply_async(nap, 1));
  results.add(pool.apply_async(nap, 200));

  EXPECT_EQ(results.next().index(), 1U);
  EXPECT_EQ(results.next().index(), 2U);
  EXPECT_EQ(results.next().index(), 0U);
}

TYPED_TEST(AsCompletedBeside, ATimeoutLosesNothing) {
  TypeParam pool(2);
  AsCompleted<int> results;
  for (int number = 0; number != 40; ++number) results.add(pool.apply_async(nap, 3));

  std::set<std::size_t> indices;
  int timeouts = 0;
  while (results.size() != 0) {
    try {
      indices.insert(results.next(timeouts % 2 == 0 ? 200us : 0us).index());
    } catch (const TimeoutError&) {
      ++timeouts;
    }
  }

  EXPECT_EQ(indices.size(), 40U);
  EXPECT_GT(timeouts, 0);
}

TYPED_TEST(AsCompletedBeside, CancelEndsWhatHasNotBegun) {
  TypeParam pool(1);
  AsCompleted<int> results;
  results.add(pool.apply_async(nap, 100));
  for (int number = 0; number != 100; ++number) results.add(pool.apply_async(nap, 1000));

  results.cancel();

  std::size_t cancelled = 0;
  while (results.size() != 0) {
    if (results.next(20s).template error_as<CancelledError>() != nullptr) ++cancelled;
  }
  EXPECT_GE(cancelled, 98U);
}

TYPED_TEST(AsCompletedBeside, TerminateInAnotherThreadEndsTheWait) {
  TypeParam pool(1);
  AsCompleted<int> results;
  results.add(pool.apply_async(nap, 50));
  for (int number = 0; number != 10; ++number) results.add(pool.apply_async(nap, 500));

  const std::jthread terminates([&] {
    std::this_thread::sleep_for(5ms);
    pool.terminate();
  });

  expect_each_once(results);
}

TYPED_TEST(AsCompletedBeside, SeveralThreadsAwaitTheirOwn) {
  TypeParam pool(2);
  std::vector<std::jthread> threads;
  for (int thread = 0; thread != 4; ++thread) {
    threads.emplace_back([&pool, thread] {
      AsCompleted<int> results;
      if (thread == 3) results.fileno();
      for (int number = 0; number != 300; ++number) results.add(pool.apply_async(same, number));
      expect_each_once(results);
    });
  }
}

// A WorkerGroup's results are collected by whoever waits; of several pools nobody can collect by itself.
class MixedPools : public ::testing::Test {
 protected:
  Pool first{2};
  Pool second{1};
  ThreadPool threads{2};
  SerialPool serial;
};

TEST_F(MixedPools, TenThousandResultsOfAllEnginesComeOnceEach) {
  AsCompleted<int> results;
  for (int number = 0; number != 10'000; ++number) {
    switch (number % 4) {
      case 0:
        results.add(first.apply_async(same, number));
        break;
      case 1:
        results.add(threads.apply_async(same, number));
        break;
      case 2:
        results.add(serial.apply_async(same, number));
        break;
      default:
        results.add(second.apply_async(same, number));
    }
  }
  expect_each_once(results);
}

TEST_F(MixedPools, EachPoolMayBeTheNextOneToEndAResult) {
  AsCompleted<int> results;
  for (int round = 0; round != 50; ++round) {
    results.add(first.apply_async(nap, round % 3));
    results.add(second.apply_async(nap, (round + 1) % 3));
    results.add(threads.apply_async(nap, (round + 2) % 3));
    for (int count = 0; count != 3; ++count) ASSERT_EQ(results.next(20s).index() / 3, static_cast<std::size_t>(round));
  }
}

TEST_F(MixedPools, AnIdlePoolsEndIsSeenWhileAnotherPoolWorks) {
  AsCompleted<int> results;
  results.add(first.apply_async(nap, 2000));
  results.add(second.apply_async(nap, 50));
  results.add(second.apply_async(nap, 1));

  EXPECT_EQ(results.next(1s).index(), 1U);
  EXPECT_EQ(results.next(1s).index(), 2U);
  first.terminate();
  EXPECT_NE(results.next(20s).error_as<CancelledError>(), nullptr);
}

// Left to itself a pool's thread looks once a second for the end of an item that it expected to be short.
template <int number>
bool end_of_unexpectedly_long_item_is_seen_at_once(Pool& first, Pool& second, bool by_descriptor) {
  const auto rarely_long = [](int milliseconds) { return nap(milliseconds) + number; };
  for (int count = 0; count != 50; ++count) first.apply(rarely_long, 0);
  AsCompleted<int> results;
  if (by_descriptor) {
    results.fileno();
  } else {
    results.add(second.apply_async(nap, 2000));
  }
  results.add(first.apply_async(rarely_long, 200));
  const auto begin = std::chrono::steady_clock::now();
  if (by_descriptor) {
    multiprocessing::wait({results.fileno()});
  } else {
    results.next();
  }
  results.cancel(Running::kill);
  return std::chrono::steady_clock::now() - begin < 600ms;
}

TEST_F(MixedPools, TheEndOfAnUnexpectedlyLongItemIsSeenAtOnce) {
  // More than once each: another program may have the CPU.
  EXPECT_TRUE(end_of_unexpectedly_long_item_is_seen_at_once<0>(first, second, false) ||
              end_of_unexpectedly_long_item_is_seen_at_once<1>(first, second, false));
  EXPECT_TRUE(end_of_unexpectedly_long_item_is_seen_at_once<2>(first, second, true) ||
              end_of_unexpectedly_long_item_is_seen_at_once<3>(first, second, true));
}

TEST_F(MixedPools, ALoopMovesFromPoolToPool) {
  AsCompleted<int> results;
  results.add(first.apply_async(same, 0));
  int taken = 0;
  for (Outcome<int>& outcome : results) {
    ++taken;
    const int number = outcome.value() + 1;
    if (number <= 0 || number == 1000) continue;
    if (number % 5 == 0) results.add(threads.apply_async(same, -1000));
    results.add((number / 10 % 2 == 0 ? first : second).apply_async(same, number));
  }
  EXPECT_EQ(taken, 1000 + 199);
}

TEST_F(MixedPools, CancelKillsWhatCanBeKilledAndRefusesTheRest) {
  AsCompleted<int> results;
  Gate gate;
  results.add(threads.apply_async([&gate] { return gate.pass(), 0; }));
  results.add(first.apply_async(nap, 100'000));
  results.add(second.apply_async(nap, 100'000));
  gate.begun.get_future().wait();

  EXPECT_THROW(results.cancel(Running::kill), std::logic_error);

  gate.open.set_value();
  std::size_t cancelled = 0;
  while (results.size() != 0) {
    if (results.next(20s).error_as<CancelledError>() != nullptr) ++cancelled;
  }
  EXPECT_EQ(cancelled, 2U);
}

}  // namespace
}  // namespace multiprocessing::tests::completion_order_test
