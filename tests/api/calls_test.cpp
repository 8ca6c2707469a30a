// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <variant>

#include "api/every_pool.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::calls_test {
namespace {

int square(int number) { return number * number; }
int add(int a, int b) { return a + b; }

template <class P>
class Calls : public ::testing::Test {};
TYPED_TEST_SUITE(Calls, EveryPool, PoolNames);

TYPED_TEST(Calls, ApplyReturnsWhatTheFunctionReturns) {
  TypeParam pool(2);

  EXPECT_EQ(pool.apply(square, 7), 49);
  EXPECT_EQ(pool.apply(add, 3, 4), 7);
  EXPECT_EQ(pool.apply([] { return std::string("no arguments"); }), "no arguments");
}

TYPED_TEST(Calls, ApplyAsyncGivesTheResultLater) {
  TypeParam pool(2);

  AsyncResult<int> result = pool.apply_async(square, 7);
  std::vector<AsyncResult<int>> results;
  for (int number = 0; number != 100; ++number) results.push_back(pool.apply_async(add, number, 1));

  EXPECT_EQ(result.get(), 49);
  for (int number = 99; number >= 0; --number) EXPECT_EQ(results[static_cast<std::size_t>(number)].get(), number + 1);
}

TYPED_TEST(Calls, MapKeepsTheOrderOfItsInputAtAnyChunksize) {
  TypeParam pool(3);
  const std::vector<int> items = numbers(50);
  std::vector<int> squares;
  for (const int item : items) squares.push_back(item * item);

  EXPECT_EQ(pool.map(square, items), squares);
  for (const long chunksize : {1L, 3L, 6L, 40L, 50L, 1'000'000'000L, std::numeric_limits<long>::max()}) {
    EXPECT_EQ(pool.map(square, items, chunksize), squares) << chunksize;
    EXPECT_EQ(pool.map_async(square, items, chunksize).get(), squares) << chunksize;
    EXPECT_EQ(collect(pool.imap(square, items, chunksize, 60)), squares) << chunksize;
    EXPECT_EQ(collect(pool.imap(square, items, chunksize)), squares) << chunksize;
    auto unordered = collect(pool.imap_unordered(square, items, chunksize, 60));
    std::sort(unordered.begin(), unordered.end());
    EXPECT_EQ(unordered, squares) << chunksize;
  }
}

TYPED_TEST(Calls, StarmapSpreadsTuplesAndPairs) {
  TypeParam pool(2);
  const std::vector<std::tuple<int, int>> tuples{{1, 2}, {3, 4}};
  const std::vector<std::pair<int, std::string>> pairs{{2, "a"}, {3, "b"}};
  const auto repeat = [](int times, const std::string& text) {
    std::string result;
    while (times-- != 0) result += text;
    return result;
  };

  EXPECT_EQ(pool.starmap(add, tuples), (std::vector<int>{3, 7}));
  EXPECT_EQ(pool.starmap(repeat, pairs, 1), (std::vector<std::string>{"aa", "bbb"}));
  EXPECT_EQ(pool.starmap_async(add, tuples, 5).get(), (std::vector<int>{3, 7}));
  EXPECT_EQ(pool.starmap([](int only) { return only; }, std::vector<std::tuple<int>>{{5}}), std::vector<int>{5});
  EXPECT_EQ(pool.starmap([] { return 6; }, std::vector<std::tuple<>>(2)), (std::vector<int>{6, 6}));
}

TYPED_TEST(Calls, EmptyInputGivesNoResults) {
  TypeParam pool(2);
  const std::vector<int> none;

  EXPECT_TRUE(pool.map(square, none).empty());
  EXPECT_TRUE(pool.map(square, none, 1).empty());
  EXPECT_TRUE(pool.map_async(square, none, 1).get(std::chrono::seconds(30 * patience)).empty());
  EXPECT_TRUE(pool.starmap(add, std::vector<std::pair<int, int>>{}).empty());
  EXPECT_TRUE(collect(pool.imap(square, none)).empty());
  EXPECT_TRUE(collect(pool.imap_unordered(square, none)).empty());
  EXPECT_TRUE(pool.try_map(square, none).empty());
  EXPECT_THROW(pool.imap(square, none).next(), StopIteration);
}

TYPED_TEST(Calls, OneItemIsEnough) {
  TypeParam pool(4);

  EXPECT_EQ(pool.map(square, std::vector{3}), std::vector{9});
  EXPECT_EQ(pool.map(square, {3}, 100), std::vector{9});
  EXPECT_EQ(collect(pool.imap(square, std::vector{3})), std::vector{9});
}

TYPED_TEST(Calls, AHundredThousandItemsComeBackEachInItsPlace) {
  TypeParam pool(2);
  const std::vector<int> items = numbers(100'000);
  const auto next = [](int item) { return item + 1; };
  const auto text = [](int item) { return std::to_string(item); };

  EXPECT_EQ(pool.map(next, items), numbers(100'000, 1));
  EXPECT_EQ(pool.map(next, items, 1), numbers(100'000, 1));
  EXPECT_EQ(collect(pool.imap(next, items, 100)), numbers(100'000, 1));
  const auto texts = pool.map(text, items, 3);
  ASSERT_EQ(texts.size(), 100'000u);
  for (std::size_t index = 0; index != texts.size(); ++index) ASSERT_EQ(texts[index], std::to_string(index));
}

TYPED_TEST(Calls, AFunctionThatReturnsNothingGivesNothing) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  static std::array<std::atomic<int>, 8>* runs;
  const Shared<std::array<std::atomic<int>, 8>> shared;
  runs = shared.get();
  const auto count = [](int index) { ++runs->at(static_cast<std::size_t>(index)); };
  const auto count_one = [](int a, int b) { ++runs->at(static_cast<std::size_t>(a + b)); };
  TypeParam pool(2);

  static_assert(std::is_void_v<decltype(pool.apply(count, 0))>);
  static_assert(std::is_void_v<decltype(pool.map(count, std::vector{1}))>);
  static_assert(std::is_same_v<decltype(pool.apply_async(count, 0)), AsyncResult<void>>);
  static_assert(std::is_same_v<decltype(pool.map_async(count, std::vector{1})), AsyncResult<void>>);
  pool.apply(count, 0);
  pool.apply_async(count, 1).get();
  pool.map(count, {2});
  pool.map_async(count, std::vector{3}).get();
  pool.starmap(count_one, std::vector<std::pair<int, int>>{{2, 2}});
  const std::vector<std::monostate> lazily = collect(pool.imap(count, {5}));
  const std::vector<Outcome<void>> outcomes = pool.try_map(count, {6});
  for (Outcome<void>& outcome : pool.try_imap(count, {7})) EXPECT_TRUE(outcome);

  EXPECT_EQ(lazily.size(), 1u);
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_TRUE(outcomes[0]);
  for (const std::atomic<int>& run : *runs) EXPECT_EQ(run, 1);
}

TYPED_TEST(Calls, InitializerListsAreTakenByAllForms) {
  TypeParam pool(2);
  const std::vector<int> expected{1, 4, 9};

  EXPECT_EQ(pool.map(square, {1, 2, 3}), expected);
  EXPECT_EQ(pool.map_async(square, {1, 2, 3}).get(), expected);
  EXPECT_EQ(pool.starmap(add, {std::pair(1, 0), std::pair(2, 2), std::pair(4, 5)}), expected);
  EXPECT_EQ(pool.starmap_async(add, {std::pair(1, 0), std::pair(2, 2), std::pair(4, 5)}).get(), expected);
  EXPECT_EQ(collect(pool.imap(square, {1, 2, 3})), expected);
  EXPECT_EQ(collect(pool.imap_unordered(square, {1, 2, 3})).size(), 3u);
  EXPECT_EQ(pool.try_map(square, {1, 2, 3}).at(2).value(), 9);
  EXPECT_EQ(collect(pool.try_imap(square, {1, 2, 3})).at(2).value(), 9);
  EXPECT_EQ(collect(pool.try_imap_unordered(square, {1, 2, 3})).size(), 3u);
}

TYPED_TEST(Calls, SizesBelowOneAreRefusedByTheirValue) {
  TypeParam pool(2);
  const auto message_of = [](const auto& call) -> std::string {
    try {
      call();
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "no error";
  };

  EXPECT_NE(message_of([&] { pool.map(square, {1}, 0); }).find("0"), std::string::npos);
  EXPECT_NE(message_of([&] { pool.map_async(square, {1}, -17); }).find("-17"), std::string::npos);
  EXPECT_NE(message_of([&] { pool.starmap(add, {std::pair(1, 1)}, -18); }).find("-18"), std::string::npos);
  EXPECT_NE(message_of([&] { pool.imap(square, {1}, -19); }).find("-19"), std::string::npos);
  EXPECT_NE(message_of([&] { pool.imap_unordered(square, {1}, 1, -20); }).find("-20"), std::string::npos);
  EXPECT_NE(message_of([&] { pool.try_map(square, {1}, -21); }).find("-21"), std::string::npos);
  EXPECT_NE(message_of([&] { pool.try_imap(square, {1}, 1, 0); }).find("buffersize"), std::string::npos);
  EXPECT_EQ(pool.map(square, {2}), std::vector{4});
}

TYPED_TEST(Calls, AMovedPoolGoesOn) {
  TypeParam first(2);
  auto pending = first.apply_async(square, 5);

  TypeParam second(std::move(first));
  EXPECT_EQ(second.apply(square, 6), 36);
  EXPECT_EQ(pending.get(), 25);

  TypeParam third(1);
  third = std::move(second);
  EXPECT_EQ(third.processes(), TypeParam(2).processes());
  EXPECT_EQ(third.map(square, {7, 8}), (std::vector{49, 64}));
}

TYPED_TEST(Calls, TwoPoolsWorkSideBySide) {
  TypeParam one(2);
  TypeParam two(1);

  auto a = one.map_async(square, numbers(100), 1);
  auto b = two.map_async([](int item) { return -item; }, numbers(100), 1);

  EXPECT_EQ(b.get()[99], -99);
  EXPECT_EQ(a.get()[99], 99 * 99);
}

}  // namespace
}  // namespace multiprocessing::tests::calls_test
