// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "api/every_pool.hpp"
#include "support/child_process.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::delayed_test {
namespace {

using namespace std::chrono_literals;

std::array<std::atomic<int>, 16>* runs = nullptr;

int counted(int number) {
  ++(*runs)[static_cast<std::size_t>(number)];
  return number;
}
int add(int a, int b) { return a + b; }
int sum(const std::vector<int>& numbers) { return std::accumulate(numbers.begin(), numbers.end(), 0); }
int plus_one(int number) { return number + 1; }
int refuse(int number) { throw std::range_error("not " + std::to_string(number)); }
void note(int number) { ++(*runs)[static_cast<std::size_t>(number)]; }
int how_often(int number) { return (*runs)[static_cast<std::size_t>(number)]; }
std::string repeated(const std::string& text, int times) {
  std::string result;
  for (int time = 0; time != times; ++time) result += text;
  return result;
}

template <class P>
class DelayedOf : public ::testing::Test {
 protected:
  DelayedOf() { runs = shared_.get(); }
  int runs_of(std::size_t number) { return (*shared_)[number]; }

 private:
  Shared<std::array<std::atomic<int>, 16>> shared_;
};
TYPED_TEST_SUITE(DelayedOf, EveryPool, PoolNames);

TYPED_TEST(DelayedOf, RunsNothingUntilItIsComputed) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  TypeParam pool(2);
  const Delayed<int> call = pool.delayed(counted)(3);
  EXPECT_EQ(this->runs_of(3), 0);
  EXPECT_EQ(call.compute(), 3);
  EXPECT_EQ(this->runs_of(3), 1);
}

TYPED_TEST(DelayedOf, TakesValuesOtherCallsAndListsOfThem) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  TypeParam pool(2);
  const auto added = pool.delayed(add)(1, pool.delayed(counted)(2));
  const auto calls = pool.delayed(counted).map(numbers(5));
  EXPECT_EQ(pool.delayed(add)(added, pool.delayed(sum)(calls)).compute(), 3 + 10);
  EXPECT_EQ(pool.delayed(sum)(std::vector<int>{1, 2}).compute(), 3);
  EXPECT_EQ(pool.delayed(repeated)("ab", 3).compute(), "ababab");
  EXPECT_EQ(pool.delayed(sum)(std::vector<Delayed<int>>()).compute(), 0);
}

TYPED_TEST(DelayedOf, MapMakesACallForEachItemOfAnyRangeAlsoOfCalls) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  TypeParam pool(2);
  const auto mapped = pool.delayed(plus_one).map(pool.delayed(counted).map({1, 2, 3}));
  EXPECT_EQ(compute(mapped), (std::vector<int>{2, 3, 4}));
  const auto negated = pool.delayed([](bool value) { return !value; }).map(std::vector<bool>{true, false});
  EXPECT_EQ(compute(negated), (std::vector<bool>{false, true}));
}

TYPED_TEST(DelayedOf, RunsEachCallOnceHoweverManyNeedIt) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  TypeParam pool(2);
  const auto shared = pool.delayed(counted)(4);
  const auto twice = pool.delayed(add)(shared, shared);
  const auto [first, second, third] = compute(twice, shared, pool.delayed(add)(twice, shared));
  EXPECT_EQ(std::tuple(first, second, third), std::tuple(8, 4, 12));
  EXPECT_EQ(this->runs_of(4), 1);
}

TYPED_TEST(DelayedOf, ComputedAgainRunsAgain) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  TypeParam pool(2);
  const auto call = pool.delayed(plus_one)(pool.delayed(counted)(5));
  EXPECT_EQ(call.compute(), 6);
  EXPECT_EQ(call.compute(), 6);
  EXPECT_EQ(compute(std::vector{call, call}), (std::vector<int>{6, 6}));
  EXPECT_EQ(this->runs_of(5), 3);
}

TYPED_TEST(DelayedOf, ACallThatReturnsNothingIsWaitedForAndIsNoArgument) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  TypeParam pool(2);
  const Delayed<void> noted = pool.delayed(note)(6);
  EXPECT_EQ(pool.delayed(how_often)(noted, 6, std::vector{noted, pool.delayed(note)(6)}).compute(), 2);
  noted.compute();
  compute(std::vector{noted, noted});
  EXPECT_EQ(this->runs_of(6), 4);
  const auto [nothing, number] = compute(noted, pool.delayed(plus_one)(1));
  EXPECT_EQ(number, 2);
  (void)nothing;
}

TYPED_TEST(DelayedOf, EndsThoseThatNeedAFailedCallWithItsErrorWhichNamesTheWay) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  TypeParam pool(2);
  const auto failing = pool.delayed(refuse)(7).name("load");
  const auto middle = pool.delayed(plus_one)(failing).name("half");
  const auto total = pool.delayed(add)(middle, pool.delayed(counted)(1)).name("total");
  try {
    total.compute();
    FAIL() << "no error";
  } catch (const std::range_error& error) {
    EXPECT_STREQ(error.what(), "not 7");
    const std::string text = describe(std::current_exception());
    EXPECT_NE(text.find("\nin the delayed call 'load', which 'half' needs, which 'total' needs"), std::string::npos)
        << text;
  }
  const auto outcomes = try_compute(std::vector{failing, middle, pool.delayed(counted)(2)});
  EXPECT_NE(outcomes[0].message().find("in the delayed call 'load'"), std::string::npos) << outcomes[0].message();
  EXPECT_EQ(outcomes[0].message().find("needs"), std::string::npos) << outcomes[0].message();
  ASSERT_NE(outcomes[1].template error_as<std::range_error>(), nullptr);
  EXPECT_NE(outcomes[1].message().find("'load', which 'half' needs"), std::string::npos) << outcomes[1].message();
  EXPECT_EQ(outcomes[2].value(), 2);
  EXPECT_EQ(outcomes[2].index(), 2U);
}

TYPED_TEST(DelayedOf, ThrowsTheErrorOfTheFirstTargetAfterAllHaveEnded) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  TypeParam pool(2);
  const auto calls = std::vector{pool.delayed(counted)(1), pool.delayed(refuse)(2), pool.delayed(counted)(3),
                                 pool.delayed(refuse)(4), pool.delayed(counted)(5)};
  try {
    compute(calls);
    FAIL() << "no error";
  } catch (const std::range_error& error) {
    EXPECT_STREQ(error.what(), "not 2");
  }
  for (const std::size_t number : {1U, 3U, 5U}) EXPECT_EQ(this->runs_of(number), 1);
}

TYPED_TEST(DelayedOf, RunsNothingThatOnlyAFailedCallNeeded) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  TypeParam pool(1);
  // In this order: one call that fails, then a hundred that only the same sum needs.
  std::vector<Delayed<int>> parts{pool.delayed(refuse)(1)};
  for (int count = 0; count != 100; ++count) parts.push_back(pool.delayed(plus_one)(pool.delayed(counted)(8)));
  EXPECT_THROW(pool.delayed(sum)(parts).compute(), std::range_error);
  EXPECT_LE(this->runs_of(8), 20);
}

TYPED_TEST(DelayedOf, ReducesInATree) {
  TypeParam pool(2);
  for (const int count : {1, 2, 7, 8, 9, 64, 65, 100}) {
    for (const std::size_t fan_in : {2U, 3U, 8U}) {
      const auto total = tree_reduce(pool.delayed(sum), pool.delayed(plus_one).map(numbers(count)), fan_in);
      ASSERT_EQ(total.compute(), count * (count + 1) / 2) << count << ' ' << fan_in;
    }
  }
  const std::vector<Delayed<int>> none;
  EXPECT_THROW(tree_reduce(pool.delayed(sum), none), std::invalid_argument);
  EXPECT_THROW(tree_reduce(pool.delayed(sum), pool.delayed(plus_one).map({1, 2}), 1), std::invalid_argument);
}

TYPED_TEST(DelayedOf, GivesAwayAValueThatCannotBeCopied) {
  TypeParam pool(2);
  const auto made = pool.delayed([](int number) { return std::make_unique<int>(number); })(9).name("made");
  const auto taken = pool.delayed([](std::unique_ptr<int> number) { return *number; })(made);
  EXPECT_EQ(taken.compute(), 9);
  EXPECT_EQ(*made.compute(), 9);
  try {
    compute(made, taken);
    FAIL() << "no error";
  } catch (const std::logic_error& error) {
    EXPECT_STREQ(error.what(),
                 "the value of the delayed call 'made' is needed 2 times, and cannot be copied; let it "
                 "return a std::shared_ptr");
  }
  EXPECT_EQ(taken.compute(), 9);
}

TYPED_TEST(DelayedOf, OneThatWasMovedFromIsALogicError) {
  TypeParam pool(2);
  Delayed<int> call = pool.delayed(plus_one)(1);
  const Delayed<int> moved = std::move(call);
  EXPECT_EQ(moved.compute(), 2);
  EXPECT_THROW(call.compute(), std::logic_error);
  EXPECT_THROW(call.name("none"), std::logic_error);
  EXPECT_THROW(pool.delayed(plus_one)(call), std::logic_error);
  EXPECT_THROW(to_dot(call), std::logic_error);
}

TYPED_TEST(DelayedOf, OfAClosedPoolEndsWithItsError) {
  TypeParam pool(2);
  const auto call = pool.delayed(plus_one)(pool.delayed(plus_one)(1).name("first")).name("second");
  pool.close();
  const auto outcomes = try_compute(std::vector{call});
  ASSERT_NE(outcomes[0].template error_as<std::logic_error>(), nullptr);
  EXPECT_NE(outcomes[0].message().find("'first', which 'second' needs"), std::string::npos) << outcomes[0].message();
}

TYPED_TEST(DelayedOf, OfAPoolThatWasMovedFromIsALogicError) {
  TypeParam pool(2);
  const auto call = pool.delayed(plus_one)(1);
  TypeParam other = std::move(pool);
  EXPECT_THROW(call.compute(), std::logic_error);
}

TYPED_TEST(DelayedOf, InAProcessThatWasForkedLaterIsALogicErrorThatNamesTheOwner) {
  TypeParam pool(2);
  const auto call = pool.delayed(plus_one)(1);
  const ChildResult child = run_in_child([&] { EXPECT_THROW(call.compute(), std::logic_error); });
  EXPECT_EQ(child.exit_code, 0) << child;
  EXPECT_EQ(call.compute(), 2);
}

TYPED_TEST(DelayedOf, TakesTheOptionsOfThePoolThatMadeIt) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  TypeParam pool(2);
  std::stop_source stop;
  const auto first = pool.with({.stop = stop.get_token()}).delayed(counted)(1);
  const auto second = pool.delayed(counted)(2);
  EXPECT_EQ(pool.delayed(add)(first, second).compute(), 3);
  stop.request_stop();
  const auto outcomes = try_compute(std::vector{first, second, pool.delayed(plus_one)(first)});
  EXPECT_NE(outcomes[0].template error_as<CancelledError>(), nullptr);
  EXPECT_TRUE(outcomes[1]);
  EXPECT_NE(outcomes[2].template error_as<CancelledError>(), nullptr);
  EXPECT_EQ(this->runs_of(1), 1);
}

TYPED_TEST(DelayedOf, AChainAndAFanMayHaveAnyLength) {
  TypeParam pool(2);
  const int length = (std::is_same_v<TypeParam, SerialPool> ? 1'000'000 : 50'000) / patience;
  auto chain = pool.delayed(plus_one)(0);
  for (int count = 1; count != length; ++count) chain = pool.delayed(plus_one)(chain);
  EXPECT_EQ(chain.compute(), length);
  EXPECT_EQ(pool.delayed(sum)(pool.delayed(plus_one).map(std::vector<int>(static_cast<std::size_t>(length)))).compute(),
            length);
}

TYPED_TEST(DelayedOf, AnExceptionWhileItIsBuiltLeavesWhatWasBuiltUsable) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  TypeParam pool(2);
  struct NoCopy : std::vector<int> {
    NoCopy() = default;
    NoCopy(const NoCopy& other) : std::vector<int>(other) {
      if (empty()) throw std::bad_alloc();
    }
  };
  const auto call = pool.delayed(counted)(1);
  const NoCopy none;
  EXPECT_THROW(pool.delayed([](int, const std::vector<int>&) {})(call, none), std::bad_alloc);
  EXPECT_EQ(call.compute(), 1);
}

}  // namespace
}  // namespace multiprocessing::tests::delayed_test
