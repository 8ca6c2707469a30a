// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "api/every_pool.hpp"
#include "api/ranges.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::lazy_test {
namespace {

using namespace std::chrono_literals;

int same(int number) { return number; }

template <class P>
class Lazy : public ::testing::Test {};
TYPED_TEST_SUITE(Lazy, EveryPool, PoolNames);

TYPED_TEST(Lazy, TheInputIsReadOnlyWhenAResultIsAskedFor) {
  TypeParam pool(2);
  ReadOnce input(ReadOnce::endless);

  auto results = pool.imap(same, input, 1, 3);
  EXPECT_EQ(input.read(), 0);
  EXPECT_EQ(results.next(), 0);
  EXPECT_EQ(input.read(), 2);  // the third item is looked at, not passed
  EXPECT_EQ(results.next(), 1);
  EXPECT_EQ(input.read(), 3);
}

TYPED_TEST(Lazy, AtMostBuffersizeItemsAreReadAhead) {
  TypeParam pool(2);
  for (const long buffersize : {1L, 2L, 7L, 100L}) {
    for (const long chunksize : {1L, 3L, 1000L}) {
      ReadOnce input(ReadOnce::endless);
      auto results = pool.imap(same, input, chunksize, buffersize);
      for (int number = 0; number != 300; ++number) {
        ASSERT_EQ(results.next(), number);
        ASSERT_LE(input.read(), number + buffersize) << buffersize << ' ' << chunksize;
      }
      ReadOnce other(ReadOnce::endless);
      auto unordered = pool.imap_unordered(same, other, chunksize, buffersize);
      for (int number = 0; number != 300; ++number) {
        unordered.next();
        ASSERT_LE(other.read(), number + buffersize) << buffersize << ' ' << chunksize;
      }
    }
  }
}

TYPED_TEST(Lazy, UnorderedGivesEachResultOnce) {
  TypeParam pool(3);
  for (const long chunksize : {1L, 100L}) {
    auto results = collect(pool.imap_unordered(same, numbers(1000), chunksize));
    std::sort(results.begin(), results.end());
    EXPECT_EQ(results, numbers(1000));
  }
}

TYPED_TEST(Lazy, AnErrorComesInItsPlaceAndTheRestFollows) {
  TypeParam pool(2);
  const auto fail_at_two = [](int number) { return number == 2 ? throw std::out_of_range("two") : number; };
  for (const long chunksize : {1L, 2L, 100L}) {
    auto results = pool.imap(fail_at_two, {0, 1, 2, 3, 4}, chunksize);

    EXPECT_EQ(results.next(), 0);
    EXPECT_EQ(results.next(), 1);
    EXPECT_THROW(results.next(), std::out_of_range);
    EXPECT_EQ(results.next(), 3);
    EXPECT_EQ(results.next(), 4);
    EXPECT_THROW(results.next(), StopIteration);
    EXPECT_THROW(results.next(), StopIteration);
  }
}

TYPED_TEST(Lazy, TryFormsGiveAnOutcomeForEachItem) {
  TypeParam pool(2);
  const auto odd_only = [](int number) { return number % 2 == 1 ? number : throw std::domain_error("even"); };

  std::size_t index = 0;
  for (Outcome<int>& outcome : pool.try_imap(odd_only, numbers(20), 3)) {
    EXPECT_EQ(outcome.index(), index);
    EXPECT_EQ(static_cast<bool>(outcome), index % 2 == 1);
    ++index;
  }
  std::vector<bool> seen(20);
  for (Outcome<int>& outcome : pool.try_imap_unordered(odd_only, numbers(20), 3)) {
    EXPECT_FALSE(seen.at(outcome.index()));
    seen[outcome.index()] = true;
    if (outcome) {
      EXPECT_EQ(outcome.value(), static_cast<int>(outcome.index()));
    } else {
      EXPECT_NE(outcome.template error_as<std::domain_error>(), nullptr);
    }
  }

  EXPECT_EQ(index, 20u);
  EXPECT_EQ(seen, std::vector<bool>(20, true));
}

TYPED_TEST(Lazy, LeavingALoopEarlyLeavesThePoolUsable) {
  TypeParam pool(2);
  for (int round = 0; round != 50; ++round) {
    int taken = 0;
    for (const int number : pool.imap(same, ReadOnce(ReadOnce::endless), 3)) {
      EXPECT_EQ(number, taken);
      if (++taken == 10) break;
    }
    for (const int number : pool.imap_unordered(same, ReadOnce(ReadOnce::endless))) {
      if (number > round) break;
    }
    { auto never_asked = pool.imap(same, ReadOnce(ReadOnce::endless)); }
  }
  EXPECT_EQ(pool.apply(same, 1), 1);
  const PoolStats stats = pool.stats();
  EXPECT_EQ(stats.queued, 0u);
}

TYPED_TEST(Lazy, SeveralRangesAreDrawnFromInTurn) {
  TypeParam pool(2);
  auto up = pool.imap(same, ReadOnce(1000), 2);
  auto down = pool.imap([](int number) { return -number; }, ReadOnce(1000), 7);
  auto unordered = pool.imap_unordered(same, ReadOnce(1000));
  long sum = 0;
  for (int number = 0; number != 1000; ++number) {
    ASSERT_EQ(up.next(), number);
    ASSERT_EQ(down.next(), -number);
    sum += unordered.next();
  }
  EXPECT_EQ(sum, 999 * 500);
}

TYPED_TEST(Lazy, AResultRangeMayBeMoved) {
  TypeParam pool(2);
  auto results = pool.imap(same, ReadOnce(10));
  EXPECT_EQ(results.next(), 0);

  auto moved = std::move(results);
  EXPECT_EQ(moved.next(), 1);
  results = std::move(moved);
  EXPECT_EQ(results.next(), 2);

  static_assert(std::ranges::input_range<decltype(results)>);
  static_assert(std::ranges::view<decltype(results)>);
}

template <class P>
class ConcurrentLazy : public ::testing::Test {};
TYPED_TEST_SUITE(ConcurrentLazy, EveryConcurrentPool, PoolNames);

TYPED_TEST(ConcurrentLazy, ByDefaultFourChunksForEachWorkerAreAhead) {
  TypeParam pool(2);
  ReadOnce input(ReadOnce::endless);
  const int buffersize = 4 * pool.processes() * 5;

  auto results = pool.imap(same, input, 5);
  EXPECT_EQ(results.next(), 0);

  EXPECT_EQ(input.read(), buffersize - 1);
}

TYPED_TEST(ConcurrentLazy, ResultsMayOutliveThePool) {
  auto results = [] {
    TypeParam pool(2);
    auto drawn = pool.imap(same, ReadOnce(100), 1, 4);
    EXPECT_EQ(drawn.next(), 0);
    return drawn;
  }();

  EXPECT_THROW(while (true) results.next(), CancelledError);
}

TYPED_TEST(ConcurrentLazy, ATimeoutLosesNothing) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  static Event* let_go;
  const Shared<Event> event;
  let_go = event.get();
  TypeParam pool(2);
  auto results = pool.imap([](int number) { return number == 1 ? (let_go->wait(), number) : number; }, numbers(5));

  EXPECT_EQ(results.next(30s * patience), 0);
  EXPECT_THROW(results.next(1ms), TimeoutError);
  EXPECT_THROW(results.next(0s), TimeoutError);
  EXPECT_THROW(results.next(-1h), TimeoutError);
  let_go->happen();
  EXPECT_EQ(results.next(std::chrono::hours::max()), 1);
  EXPECT_EQ(results.next(), 2);
  EXPECT_EQ(results.next(), 3);
  EXPECT_EQ(results.next(), 4);
}

TYPED_TEST(ConcurrentLazy, UnorderedDoesNotWaitForASlowItem) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  static Event* let_go;
  const Shared<Event> event;
  let_go = event.get();
  TypeParam pool(2);
  auto results =
      pool.imap_unordered([](int number) { return number == 0 ? (let_go->wait(), number) : number; }, numbers(10));
  std::vector<int> fast;
  for (int count = 0; count != 9; ++count) fast.push_back(results.next());

  let_go->happen();

  std::sort(fast.begin(), fast.end());
  EXPECT_EQ(fast, numbers(9, 1));
  EXPECT_EQ(results.next(), 0);
}

TYPED_TEST(ConcurrentLazy, LeavingTakesBackWhatWasNotStarted) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  static Event* let_go;
  static std::atomic<int>* runs;
  const Shared<Event> event;
  const Shared<std::atomic<int>> count;
  let_go = event.get();
  runs = count.get();
  TypeParam pool(1);
  {
    auto results = pool.imap(
        [](int number) {
          ++*runs;
          if (number == 1) let_go->wait();
          return number;
        },
        numbers(1000), 1, 1000);
    EXPECT_EQ(results.next(), 0);
    if constexpr (std::is_same_v<TypeParam, ThreadPool>) let_go->happen();  // it waits for what runs
  }
  let_go->happen();
  pool.apply(same, 1);

  EXPECT_LE(*runs, (std::is_base_of_v<Pool, TypeParam> ? 3 : 1000));
}

}  // namespace
}  // namespace multiprocessing::tests::lazy_test
