// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <filesystem>
#include <forward_list>
#include <list>
#include <map>
#include <set>
#include <span>
#include <string_view>

#include "api/every_pool.hpp"
#include "api/ranges.hpp"

namespace multiprocessing::tests::inputs_test {
namespace {

int square(int number) { return number * number; }
const std::vector<int> squares{0, 1, 4, 9};
using Text = std::string;

template <class P>
class Inputs : public ::testing::Test {};
TYPED_TEST_SUITE(Inputs, EveryPool, PoolNames);

TYPED_TEST(Inputs, AnyContainerWillDo) {
  TypeParam pool(2);
  const int c_array[] = {0, 1, 2, 3};

  EXPECT_EQ(pool.map(square, std::list{0, 1, 2, 3}), squares);
  EXPECT_EQ(pool.map(square, std::deque{0, 1, 2, 3}), squares);
  EXPECT_EQ(pool.map(square, std::forward_list{0, 1, 2, 3}, 3), squares);
  EXPECT_EQ(pool.map(square, std::set{3, 2, 1, 0}), squares);
  EXPECT_EQ(pool.map(square, std::array{0, 1, 2, 3}), squares);
  EXPECT_EQ(pool.map(square, c_array), squares);
  EXPECT_EQ(pool.map(square, std::span(c_array)), squares);
  EXPECT_EQ(collect(pool.imap(square, std::list{0, 1, 2, 3})), squares);
}

TYPED_TEST(Inputs, ARangeThatHasFewerItemsThanItsSizeSaysHasAResultForEachItem) {
  TypeParam pool(2);
  EXPECT_EQ(pool.map(square, WrongSize(4, 9)), squares);
  EXPECT_EQ(pool.map(square, WrongSize(4, SIZE_MAX)), squares);
}

TYPED_TEST(Inputs, ARangeThatHasMoreItemsThanItsSizeSaysLosesNone) {
  TypeParam pool(2);
  for (const std::size_t size : {2U, 0U}) {
    try {
      EXPECT_EQ(pool.map(square, WrongSize(4, size)), squares);
    } catch (const std::length_error& refused) {
      EXPECT_NE(std::string(refused.what()).find("its size() says " + std::to_string(size)), std::string::npos);
    }
  }
  EXPECT_EQ(pool.apply(square, 3), 9);
}

TYPED_TEST(Inputs, AVectorOfBoolIsARangeOfBool) {
  TypeParam pool(2);
  const std::vector<bool> items{true, false, true, true, false};

  const std::vector<bool> flipped = pool.map([](bool item) { return !item; }, items);

  EXPECT_EQ(flipped, (std::vector<bool>{false, true, false, false, true}));
}

TYPED_TEST(Inputs, AMapIsARangeOfPairs) {
  TypeParam pool(2);
  const std::map<Text, int> ages{{"Ada", 36}, {"Bob", 7}};
  const auto sentence = [](const Text& name, int age) { return name + " is " + std::to_string(age); };
  const auto name = [](const std::pair<Text, int>& pair) { return pair.first; };

  EXPECT_EQ(pool.starmap(sentence, ages), (std::vector<Text>{"Ada is 36", "Bob is 7"}));
  EXPECT_EQ(pool.map(name, ages), (std::vector<Text>{"Ada", "Bob"}));
}

TYPED_TEST(Inputs, AViewMayMakeItsItemsAsItIsRead) {
  TypeParam pool(2);

  EXPECT_EQ(pool.map(square, UpTo(4)), squares);
  EXPECT_EQ(pool.map_async(square, UpTo(4), 3).get(), squares);
  EXPECT_EQ(collect(pool.imap(square, UpTo(4))), squares);
  EXPECT_EQ(collect(pool.imap(square, UpTo(4), 3)), squares);
}

TYPED_TEST(Inputs, AnInputIteratorIsReadOnce) {
  TypeParam pool(2);

  EXPECT_EQ(pool.map(square, ReadOnce(4)), squares);
  EXPECT_EQ(pool.map(square, ReadOnce(4), 3), squares);
  EXPECT_EQ(pool.map_async(square, ReadOnce(4)).get(), squares);
  EXPECT_EQ(collect(pool.imap(square, ReadOnce(4))), squares);
  ReadOnce kept_by_the_caller(4);
  EXPECT_EQ(pool.map(square, kept_by_the_caller), squares);
  EXPECT_EQ(pool.map(square, ReadOnce(20'000), 1).size(), 20'000u);
}

TYPED_TEST(Inputs, AGeneratorMayMakeMoveOnlyItems) {
  TypeParam pool(2);
  const auto value = [](std::unique_ptr<int> pointer) { return *pointer * *pointer; };

  EXPECT_EQ(pool.map(value, MoveOnly(4)), squares);
  EXPECT_EQ(collect(pool.imap(value, MoveOnly(4))), squares);
}

TYPED_TEST(Inputs, MoveOnlyItemsAndArgumentsWork) {
  TypeParam pool(2);
  const auto twice = [](std::unique_ptr<int> pointer) { return std::make_unique<int>(*pointer * 2); };
  std::vector<std::unique_ptr<int>> items;
  for (int number = 0; number != 10; ++number) items.push_back(std::make_unique<int>(number));

  EXPECT_EQ(*pool.apply(twice, std::make_unique<int>(4)), 8);
  EXPECT_EQ(*pool.apply_async(twice, std::make_unique<int>(5)).get(), 10);
  const auto results = pool.map(twice, std::move(items));

  ASSERT_EQ(results.size(), 10u);
  EXPECT_EQ(*results[9], 18);
}

TYPED_TEST(Inputs, TextArrivesByContent) {
  TypeParam pool(2);
  const auto size = [](const Text& text) { return text.size(); };
  const std::vector<std::size_t> sizes{1, 3};
  const char* const pointers[] = {"a", "bcd"};

  EXPECT_EQ(pool.apply(size, "four"), 4u);
  EXPECT_EQ(pool.apply(size, std::string_view("five!")), 5u);
  EXPECT_EQ(pool.apply_async(size, "four").get(), 4u);
  EXPECT_EQ(pool.map(size, {"a", "bcd"}), sizes);
  EXPECT_EQ(pool.map(size, pointers), sizes);
  EXPECT_EQ(pool.map(size, std::vector<std::string_view>{"a", "bcd"}), sizes);
  EXPECT_EQ(pool.map_async(size, std::vector<const char*>{"a", "bcd"}).get(), sizes);
  EXPECT_EQ(collect(pool.imap(size, {"a", "bcd"})), sizes);
  EXPECT_EQ(pool.starmap([](const Text& a, const Text& b) { return a + b; }, {std::pair("a", "b")}),
            std::vector<Text>{"ab"});
  EXPECT_EQ(pool.apply(size, Text("nul\0inside", 10)), 10u);
}

TYPED_TEST(Inputs, PathsAreItemsAndResults) {
  namespace fs = std::filesystem;
  TypeParam pool(2);
  const std::vector<fs::path> paths{"/usr/bin/env", "a b/ä", ""};

  EXPECT_EQ(pool.map([](const fs::path& path) { return path.filename(); }, paths),
            (std::vector<fs::path>{"env", "ä", ""}));
  EXPECT_EQ(pool.apply([](const fs::path& path) { return path.string(); }, fs::path("x/y")), "x/y");
}

TYPED_TEST(Inputs, ItemsConvertToTheParameterWhereTheFunctionRuns) {
  TypeParam pool(2);

  EXPECT_EQ(pool.map([](long item) { return item * 10'000'000'000; }, {1, 2}),
            (std::vector<long>{10'000'000'000, 20'000'000'000}));
  EXPECT_EQ(pool.apply([](double a, const Text& b) { return b + std::to_string(static_cast<int>(a)); }, 7, "b"), "b7");
  EXPECT_EQ(pool.map([](std::optional<int> item) { return item.value_or(0); }, {1, 2}), (std::vector{1, 2}));
}

TYPED_TEST(Inputs, AnLvalueRangeIsReferredToAndAnRvalueIsKept) {
  TypeParam pool(2);
  NotCopied<int> caller_s({0, 1, 2, 3});

  EXPECT_EQ(pool.map(square, caller_s), squares);
  EXPECT_EQ(collect(pool.imap(square, caller_s)), squares);
  auto results = pool.imap(square, NotCopied<int>({0, 1, 2, 3}));
  EXPECT_EQ(collect(std::move(results)), squares);
}

TYPED_TEST(Inputs, MapAsyncHasReadItsInputWhenItReturns) {
  TypeParam pool(1);
  std::vector<Text> items{"a", "b"};
  ReadOnce numbers_of_the_caller(4);

  auto texts = pool.map_async([](const Text& text) { return text; }, items);
  auto values = pool.map_async(square, numbers_of_the_caller);
  items = {"x", "y"};

  EXPECT_EQ(numbers_of_the_caller.read(), 4);
  EXPECT_EQ(texts.get(), (std::vector<Text>{"a", "b"}));
  EXPECT_EQ(values.get(), squares);
}

TYPED_TEST(Inputs, AnInputThatThrowsGivesItsErrorAndLeavesThePoolUsable) {
  TypeParam pool(2);

  EXPECT_THROW(pool.map(square, ReadOnce(100, 50)), std::range_error);
  EXPECT_THROW(pool.map(square, ReadOnce(100, 50), 7), std::range_error);
  EXPECT_THROW(pool.map_async(square, ReadOnce(100, 50)), std::range_error);
  EXPECT_THROW(pool.try_map(square, ReadOnce(100, 0)), std::range_error);
  for (const long chunksize : {1L, 2L, 4L}) {
    auto results = pool.imap(square, ReadOnce(100, 3), chunksize);
    EXPECT_EQ(results.next(), 0);
    EXPECT_EQ(results.next(), 1);
    EXPECT_EQ(results.next(), 4);
    EXPECT_THROW(results.next(), std::range_error);
    EXPECT_THROW(results.next(), StopIteration);
    std::vector<int> seen;
    auto unordered = pool.imap_unordered(square, ReadOnce(100, 3), chunksize);
    EXPECT_THROW(while (true) seen.push_back(unordered.next()), std::range_error);
    EXPECT_EQ(seen.size(), 3u);
  }
  EXPECT_EQ(pool.map(square, ReadOnce(4)), squares);
}

#if !defined(__clang__) || __clang_major__ >= 16
TYPED_TEST(Inputs, StandardViewsAreRanges) {
  TypeParam pool(2);
  auto odd = std::views::iota(0, 8) | std::views::filter([](int number) { return number % 2 == 1; });

  EXPECT_EQ(pool.map(square, std::views::iota(0, 4)), squares);
  EXPECT_EQ(pool.map(square, odd), (std::vector{1, 9, 25, 49}));
  EXPECT_EQ(pool.map(square, std::views::iota(0) | std::views::take(4)), squares);
  EXPECT_EQ(pool.map([](Text text) { return text; },
                     numbers(3) | std::views::transform([](int number) { return std::to_string(number); })),
            (std::vector<Text>{"0", "1", "2"}));
  auto results = pool.imap(square, std::views::iota(0)) | std::views::take(4);
  std::vector<int> taken;
  for (const int value : results) taken.push_back(value);
  EXPECT_EQ(taken, squares);
}
#endif

}  // namespace
}  // namespace multiprocessing::tests::inputs_test
