// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <ranges>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "api/each_once.hpp"
#include "api/every_pool.hpp"
#include "support/child_process.hpp"

namespace multiprocessing::tests::as_completed_test {
namespace {

using namespace std::chrono_literals;

int same(int number) { return number; }
int refuse(int number) { throw std::range_error("not " + std::to_string(number)); }
int nap(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  return milliseconds;
}
void nothing() {}

static_assert(std::ranges::input_range<AsCompleted<int>>);
static_assert(std::is_same_v<std::ranges::range_value_t<AsCompleted<int>>, Outcome<int>>);
static_assert(std::is_nothrow_move_constructible_v<AsCompleted<int>> && std::is_move_assignable_v<AsCompleted<int>>);
static_assert(!std::is_copy_constructible_v<AsCompleted<int>>);

template <class P>
class AsCompletedOf : public ::testing::Test {};
TYPED_TEST_SUITE(AsCompletedOf, EveryPool, PoolNames);

TYPED_TEST(AsCompletedOf, GivesOutEachResultOnceWithTheIndexOfItsAdd) {
  TypeParam pool(2);
  AsCompleted<int> results;
  for (int number = 0; number != 300; ++number) {
    ASSERT_EQ(results.add(pool.apply_async(same, number)), static_cast<std::size_t>(number));
  }
  EXPECT_EQ(results.size(), 300U);

  std::set<int> values;
  while (results.size() != 0) {
    Outcome<int> outcome = results.next();
    ASSERT_EQ(outcome.value(), static_cast<int>(outcome.index()));
    values.insert(outcome.value());
  }

  EXPECT_EQ(values.size(), 300U);
  EXPECT_THROW(results.next(), StopIteration);
  EXPECT_THROW(results.next(1s), StopIteration);
}

TYPED_TEST(AsCompletedOf, GivesOutErrorsAsOutcomes) {
  TypeParam pool(2);
  AsCompleted<int> results;
  results.add(pool.apply_async(refuse, 7));

  const Outcome<int> outcome = results.next();

  ASSERT_FALSE(outcome);
  ASSERT_NE(outcome.error_as<std::range_error>(), nullptr);
  EXPECT_STREQ(outcome.error_as<std::range_error>()->what(), "not 7");
}

TYPED_TEST(AsCompletedOf, TakesResultsOfMapsAndOfFunctionsThatReturnNothing) {
  TypeParam pool(2);
  AsCompleted<std::vector<int>> maps;
  maps.add(pool.map_async(same, {1, 2, 3}));
  maps.add(pool.map_async(refuse, {1, 2, 3}));
  AsCompleted<void> voids;
  voids.add(pool.apply_async(nothing));

  for (int count = 0; count != 2; ++count) {
    Outcome<std::vector<int>> outcome = maps.next();
    if (outcome.index() == 0) {
      EXPECT_EQ(outcome.value(), (std::vector{1, 2, 3}));
    } else {
      EXPECT_NE(outcome.error_as<std::range_error>(), nullptr);
    }
  }
  EXPECT_TRUE(voids.next());
}

TYPED_TEST(AsCompletedOf, ALoopMayAddWhileItIterates) {
  TypeParam pool(2);
  std::vector<AsyncResult<int>> first;
  for (int number = 0; number != 4; ++number) first.push_back(pool.apply_async(same, number));
  AsCompleted<int> results = as_completed(std::move(first));

  std::set<std::size_t> indices;
  for (Outcome<int>& outcome : results) {
    indices.insert(outcome.index());
    if (outcome.value() < 100) results.add(pool.apply_async(same, outcome.value() + 4));
  }

  EXPECT_EQ(indices.size(), 104U);
  EXPECT_EQ(*indices.rbegin(), 103U);
}

TYPED_TEST(AsCompletedOf, TakesResultsThatHaveEnded) {
  TypeParam pool(2);
  auto result = pool.apply_async(same, 7);
  result.wait();
  AsCompleted<int> results;

  results.add(std::move(result));

  EXPECT_EQ(results.next(0s).value(), 7);
}

TYPED_TEST(AsCompletedOf, RefusesAResultThatIsNotValid) {
  TypeParam pool(1);
  AsCompleted<int> results;
  auto taken = pool.apply_async(same, 7);
  taken.get();

  EXPECT_THROW(results.add(std::move(taken)), std::logic_error);

  EXPECT_EQ(results.size(), 0U);
}

// Taken twice, it would be given out once.
static_assert(!std::is_copy_constructible_v<AsyncResult<int>> &&
              std::is_nothrow_move_constructible_v<AsyncResult<int>>);

TYPED_TEST(AsCompletedOf, SaysThatItWasMovedAway) {
  TypeParam pool(1);
  AsCompleted<int> results;
  const AsCompleted<int> moved = std::move(results);
  EXPECT_THROW(results.add(pool.apply_async(same, 1)), std::logic_error);
  EXPECT_THROW((void)results.fileno(), std::logic_error);
  EXPECT_THROW(results.next(), StopIteration);
}

TYPED_TEST(AsCompletedOf, MayBeMovedWhileWorkIsUnderWay) {
  TypeParam pool(2);
  AsCompleted<int> first;
  for (int number = 0; number != 50; ++number) first.add(pool.apply_async(same, number));
  AsCompleted<int> results = std::move(first);
  first = AsCompleted<int>();
  first.add(pool.apply_async(same, 7));

  expect_each_once(results);
  EXPECT_EQ(first.next().value(), 7);
}

TYPED_TEST(AsCompletedOf, GivesOutAResultAfterItsCallbacks) {
  TypeParam pool(2);
  std::atomic<int> called = 0;
  AsCompleted<int> results;
  results.add(pool.apply_async(same, 7).callback([&](int value) {
    std::this_thread::sleep_for(5ms);
    called = value;
  }));
  EXPECT_EQ(results.next().value(), 7);
  EXPECT_EQ(called, 7);

  results.add(pool.apply_async(same, 7).when_done([] { throw std::domain_error("from the callback"); }));
  EXPECT_NE(results.next().template error_as<std::domain_error>(), nullptr);
}

TYPED_TEST(AsCompletedOf, AResultThatIsReadyInsideACallbackCanBeTaken) {
  TypeParam pool(2);
  AsCompleted<int> results;
  int seen = 0;
  auto first = pool.apply_async(same, 1);

  first.when_done([&] {
    results.add(pool.apply_async(same, 7));
    seen = results.next().value();
  });

  first.get();
  EXPECT_EQ(seen, 7);
}

TYPED_TEST(AsCompletedOf, GivesOutTheResultsOfAPoolThatIsGone) {
  AsCompleted<int> results;
  {
    TypeParam pool(1);
    for (int number = 0; number != 20; ++number) results.add(pool.apply_async(nap, number % 2));
  }
  expect_each_once(results);
}

TYPED_TEST(AsCompletedOf, DroppingItLeavesTheWorkAndThePoolAlone) {
  TypeParam pool(2);
  for (int round = 0; round != 20; ++round) {
    AsCompleted<int> results;
    for (int number = 0; number != 20; ++number) results.add(pool.apply_async(nap, number % 2));
    if (round % 2 == 0) results.fileno();
    if (round % 3 == 0) results.next();
  }
  EXPECT_EQ(pool.map(same, {1, 2, 3}), (std::vector{1, 2, 3}));
}

TYPED_TEST(AsCompletedOf, BelongsToTheProcessThatMadeIt) {
  TypeParam pool(2);
  AsCompleted<int> results;
  results.add(pool.apply_async(nap, 50));

  run_in_child([&] {
    EXPECT_THROW(results.next(), std::logic_error);
    EXPECT_THROW(results.fileno(), std::logic_error);
    EXPECT_EQ(results.size(), 1U);
    const AsCompleted<int> ends_here = std::move(results);
  });

  EXPECT_EQ(results.next().value(), 50);
}

template <class P>
class CostOfAsCompleted : public ::testing::Test {};
TYPED_TEST_SUITE(CostOfAsCompleted, EveryPool, PoolNames);

// Nothing here grows with the number of results: not an add, not a wait, not a cancel.
TYPED_TEST(CostOfAsCompleted, AHundredThousandResultsCostNoMoreThanFewEach) {
  constexpr int count = 100'000;
  TypeParam pool(2);
  AsCompleted<int> results;
  for (int number = 0; number != count; ++number) results.add(pool.apply_async(same, number));
  expect_each_once(results);

  for (int number = 0; number != count; ++number) results.add(pool.apply_async(same, number));
  results.cancel();
  while (results.size() != 0) results.next();
}

}  // namespace
}  // namespace multiprocessing::tests::as_completed_test
