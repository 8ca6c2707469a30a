// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <forward_list>
#include <list>
#include <memory>
#include <span>

#include "api/every_pool.hpp"
#include "api/ranges.hpp"

namespace multiprocessing::tests::zip_test {
namespace {

using Texts = std::vector<std::string>;

std::string repeat(const std::string& text, int times) {
  std::string result;
  for (; times > 0; --times) result += text;
  return result;
}
int sum(int a, int b, int c) { return a + b + c; }
int content_of(std::unique_ptr<int> number, int factor) { return *number * factor; }

template <class Range>
using ZippedItem = std::ranges::range_reference_t<Range>;
using OfVectors = decltype(zip(std::declval<Texts&>(), std::declval<const std::vector<int>&>()));
static_assert(std::is_same_v<ZippedItem<OfVectors>, std::tuple<std::string&, const int&>>);
static_assert(std::ranges::forward_range<OfVectors> && std::ranges::forward_range<const OfVectors>);
static_assert(std::ranges::sized_range<OfVectors> && std::ranges::sized_range<const OfVectors>);
static_assert(std::ranges::borrowed_range<OfVectors>);
using GivenAway = decltype(zip(Texts(), std::span<int>(), UpTo(1)));
static_assert(std::is_same_v<ZippedItem<GivenAway>, std::tuple<std::string&&, int&, int>>);
static_assert(std::ranges::input_range<GivenAway> && !std::ranges::forward_range<GivenAway>);
static_assert(!std::ranges::sized_range<GivenAway> && !std::ranges::borrowed_range<GivenAway>);
using ReadOnceOnly = decltype(zip(std::declval<ReadOnce&>(), std::declval<Texts&>(), std::vector<bool>()));
static_assert(std::is_same_v<ZippedItem<ReadOnceOnly>, std::tuple<int, std::string&, bool>>);
static_assert(std::ranges::input_range<ReadOnceOnly> && !std::ranges::forward_range<ReadOnceOnly>);
using Views = decltype(zip(std::span<const int>(), std::span<int>()));
static_assert(std::ranges::borrowed_range<Views> && std::ranges::forward_range<Views>);

TEST(Zip, EndsWithTheShortest) {
  const std::vector<int> two{1, 2};
  std::list<int> three{4, 5, 6};
  auto zipped = zip(two, three, UpTo(9));

  EXPECT_EQ(zip(two, three).size(), 2u);
  EXPECT_EQ(std::ranges::distance(zipped), 2);
  EXPECT_EQ(std::ranges::distance(zip(std::vector<int>(), three)), 0);
  for (auto [a, b, c] : zipped) b = a + c;
  EXPECT_EQ(three, (std::list{1, 3, 6}));
}

template <class P>
class ZipIn : public ::testing::Test {};
TYPED_TEST_SUITE(ZipIn, EveryPool, PoolNames);

TYPED_TEST(ZipIn, StarmapCallsTheFunctionWithAnItemOfEachRange) {
  TypeParam pool(2);
  const Texts texts{"a", "b", "c"};
  std::vector<int> times{1, 2};
  const auto constant = zip(texts, times);
  const Texts expected{"a", "bb"};

  EXPECT_EQ(pool.starmap(repeat, zip(texts, times)), expected);
  EXPECT_EQ(pool.starmap(repeat, constant), expected);
  EXPECT_EQ(pool.starmap(repeat, constant, 1), expected);
  EXPECT_EQ(pool.starmap_async(repeat, zip(texts, times)).get(), expected);
  EXPECT_EQ(pool.try_starmap(repeat, zip(texts, times)).at(1).value(), "bb");
  EXPECT_EQ(pool.with({.retries = 1}).starmap(repeat, zip(texts, times)), expected);
  EXPECT_EQ(pool.starmap(repeat, zip(std::vector<const char*>{"a", "b"}, std::forward_list{1, 2})), expected);
  EXPECT_EQ(pool.starmap(sum, zip(times, UpTo(5), std::vector<bool>{true, false})), (std::vector{2, 3}));
  EXPECT_EQ(pool.starmap([](int only) { return only; }, zip(times)), times);
}

TYPED_TEST(ZipIn, ReadsAnInputRangeOnce) {
  TypeParam pool(2);
  ReadOnce numbers(ReadOnce::endless);
  const std::vector<int> items{1, 1, 1};

  EXPECT_EQ(pool.starmap(sum, zip(items, items, numbers)), (std::vector{2, 3, 4}));
  EXPECT_EQ(pool.starmap(sum, zip(items, ReadOnce(2), items)), (std::vector{2, 3}));
  EXPECT_EQ(collect(pool.imap([](std::tuple<int, int> pair) { return std::get<0>(pair) + std::get<1>(pair); },
                              zip(ReadOnce(2), items))),
            (std::vector{1, 2}));
}

TYPED_TEST(ZipIn, ItemsThatCannotBeCopiedAreGivenAway) {
  TypeParam pool(2);
  std::vector<std::unique_ptr<int>> numbers;
  for (int number : {1, 2, 3}) numbers.push_back(std::make_unique<int>(number));

  EXPECT_EQ(pool.starmap(content_of, zip(std::move(numbers), UpTo(3))), (std::vector{0, 2, 6}));
  EXPECT_EQ(pool.starmap(content_of, zip(MoveOnly(3), UpTo(3))), (std::vector{0, 1, 4}));
}

struct Counted {
  inline static int copies = 0;
  int number = 0;
  Counted() = default;
  explicit Counted(int given) : number(given) {}
  Counted(const Counted& other) : number(other.number) { ++copies; }
  Counted& operator=(const Counted&) = delete;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(number);
  }
};

TYPED_TEST(ZipIn, CopiesNothingThatItSends) {
  TypeParam pool(2);
  const std::list<Counted> items{Counted(1), Counted(2)};
  const auto add = [](const Counted& a, const Counted& b) { return a.number + b.number; };
  Counted::copies = 0;

  EXPECT_EQ(pool.starmap(add, zip(items, items)), (std::vector{2, 4}));
  EXPECT_EQ(pool.apply(add, items.front(), items.back()), 3);

  EXPECT_EQ(Counted::copies, 0);
}

TYPED_TEST(ZipIn, TryStarmapGivesAnOutcomeForEachItem) {
  TypeParam pool(2);
  const auto divide = [](int a, int b) { return b == 0 ? throw std::range_error("by zero") : a / b; };

  const auto outcomes = pool.try_starmap(divide, {std::pair(4, 2), std::pair(1, 0), std::pair(9, 3)}, 2);

  ASSERT_EQ(outcomes.size(), 3u);
  EXPECT_EQ(outcomes[0].value(), 2);
  EXPECT_NE(outcomes[1].template error_as<std::range_error>(), nullptr);
  EXPECT_EQ(outcomes[1].index(), 1u);
  EXPECT_EQ(outcomes[2].value(), 3);
}

TEST(Zip, AThreadPoolChangesItemsInPlace) {
  ThreadPool pool(2);
  Texts texts{"a", "b"};
  const std::vector<int> times{2, 3};

  pool.starmap([](std::string& text, int count) { text = repeat(text, count); }, zip(texts, times));

  EXPECT_EQ(texts, (Texts{"aa", "bbb"}));
}

}  // namespace
}  // namespace multiprocessing::tests::zip_test
