// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>

#include "api/every_pool.hpp"
#include "api/ranges.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::end_of_pool_test {
namespace {

using namespace std::chrono_literals;

int same(int number) { return number; }

template <class P>
class EndOfPool : public ::testing::Test {};
TYPED_TEST_SUITE(EndOfPool, EveryPool, PoolNames);

TYPED_TEST(EndOfPool, AfterCloseAndAfterTerminateEveryCallIsALogicError) {
  for (const bool closed : {true, false}) {
    TypeParam pool(2);
    if (closed) {
      pool.close();
    } else {
      pool.terminate();
    }

    EXPECT_THROW(pool.apply(same, 1), std::logic_error);
    EXPECT_THROW(pool.apply_async(same, 1), std::logic_error);
    EXPECT_THROW(pool.map(same, {1}), std::logic_error);
    EXPECT_THROW(pool.map(same, std::vector<int>()), std::logic_error);
    EXPECT_THROW(pool.map_async(same, {1}), std::logic_error);
    EXPECT_THROW(pool.starmap([](int a) { return a; }, {std::tuple(1)}), std::logic_error);
    EXPECT_THROW(pool.imap(same, {1}), std::logic_error);
    EXPECT_THROW(pool.imap_unordered(same, {1}), std::logic_error);
    EXPECT_THROW(pool.try_map(same, {1}), std::logic_error);
    EXPECT_THROW(pool.try_imap(same, {1}), std::logic_error);
    EXPECT_THROW(pool.try_imap_unordered(same, {1}), std::logic_error);
    pool.close();
    pool.join();
    pool.join();
    EXPECT_TRUE(pool.join(1ms));
    pool.terminate();
    EXPECT_THROW(pool.apply(same, 1), std::logic_error);
    EXPECT_EQ(pool.stats().queued, 0u);
    EXPECT_TRUE(pool.worker_pids().empty());
  }
}

TYPED_TEST(EndOfPool, JoinBeforeCloseIsALogicError) {
  TypeParam pool(2);

  EXPECT_THROW(pool.join(), std::logic_error);
  EXPECT_THROW(pool.join(1s), std::logic_error);
  EXPECT_EQ(pool.apply(same, 1), 1);
}

TYPED_TEST(EndOfPool, CloseLetsQueuedWorkEnd) {
  TypeParam pool(2);
  auto many = pool.map_async(same, numbers(20'000), 1);
  auto one = pool.apply_async(same, 5);

  pool.close();
  pool.join();

  EXPECT_TRUE(many.ready() && one.ready());
  EXPECT_EQ(many.get(), numbers(20'000));
  EXPECT_EQ(one.get(), 5);
}

TYPED_TEST(EndOfPool, ACallWithoutItemsEnds) {
  TypeParam pool(2);
  auto none = pool.map_async(same, std::vector<int>());

  pool.close();
  pool.join();

  EXPECT_TRUE(none.get().empty());
}

TYPED_TEST(EndOfPool, ALazyCallThatIsNotFinishedGoesOnAfterClose) {
  TypeParam pool(2);
  auto results = pool.imap(same, ReadOnce(100), 1, 2);
  EXPECT_EQ(results.next(), 0);

  pool.close();

  for (int number = 1; number != 100; ++number) EXPECT_EQ(results.next(), number);
  EXPECT_THROW(results.next(), StopIteration);
  pool.join();
}

TYPED_TEST(EndOfPool, ManyPoolsMayComeAndGo) {
  for (int round = 0; round != 30; ++round) {
    TypeParam pool(2);
    EXPECT_EQ(pool.apply(same, round), round);
    if (round % 3 == 0) pool.close();
    if (round % 3 == 1) pool.terminate();
  }
}

template <class P>
class EndOfBusyPool : public ::testing::Test {};
TYPED_TEST_SUITE(EndOfBusyPool, EveryConcurrentPool, PoolNames);

TYPED_TEST(EndOfBusyPool, JoinStopsWaitingWhenItsTimeIsUp) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  static Event* let_go;
  const Shared<Event> event;
  let_go = event.get();
  TypeParam pool(2);
  auto result = pool.apply_async([](int number) { return let_go->wait(), number; }, 7);
  pool.close();

  EXPECT_FALSE(pool.join(1ms));
  EXPECT_FALSE(pool.join(0s));
  EXPECT_FALSE(pool.join(-1s));
  let_go->happen();
  EXPECT_TRUE(pool.join(std::chrono::hours::max()));

  EXPECT_TRUE(result.ready());
  EXPECT_EQ(result.get(), 7);
}

TEST(EndOfPoolOnly, TerminateEndsWhateverRunsWithinTwoSeconds) {
  static Event* begun;
  const Shared<Event> event;
  begun = event.get();
  Pool pool(2);
  auto stubborn = pool.map_async(
      [](int) {
        signal(SIGTERM, SIG_IGN);
        begun->happen();
        while (true) pause();
      },
      numbers(10'000), 1);
  begun->wait();
  const auto before = std::chrono::steady_clock::now();

  pool.terminate();
  EXPECT_THROW(stubborn.get(), CancelledError);
  pool.join();

  EXPECT_LT(std::chrono::steady_clock::now() - before, 2s * patience);
}

TEST(EndOfPoolOnly, SeveralThreadsMayTerminateWhileOthersWait) {
  for (int round = 0; round != 10; ++round) {
    Pool pool(2);
    std::atomic<int> ended = 0;
    std::vector<std::thread> threads;
    for (int number = 0; number != 3; ++number) {
      threads.emplace_back([&] {
        try {
          pool.map([](int) { pause(); }, numbers(10), 1);
        } catch (const CancelledError&) {
        } catch (const std::logic_error&) {
        }
        ++ended;
      });
    }
    for (int number = 0; number != 2; ++number) threads.emplace_back([&] { pool.terminate(); });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(ended, 3);
  }
}

TEST(EndOfPoolOnly, WaitingThreadsGetErrorsWhenThePoolIsDestroyed) {
  auto pool = std::make_unique<Pool>(2);
  auto result = pool->apply_async([] { pause(); });
  auto range = pool->imap([](int) { pause(); }, numbers(10));
  std::atomic<int> cancelled = 0;
  std::thread getter([&] {
    try {
      result.get();
    } catch (const CancelledError&) {
      ++cancelled;
    }
  });
  std::thread drawer([&] {
    try {
      (void)range.next();
    } catch (const CancelledError&) {
      ++cancelled;
    }
  });

  pool.reset();
  getter.join();
  drawer.join();

  EXPECT_EQ(cancelled, 2);
}

}  // namespace
}  // namespace multiprocessing::tests::end_of_pool_test
