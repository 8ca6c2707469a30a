// SPDX-License-Identifier: MIT
#include <multiprocessing/thread_pool.hpp>

#include <gtest/gtest.h>

#include <numeric>
#include <thread>

#include "api/gate.hpp"
#include "api/numbers.hpp"

namespace multiprocessing::tests::thread_pool_test {
namespace {

using Text = std::string;

TEST(ThreadPool, MapChangesTheCallersItemsInPlace) {
  ThreadPool pool(2);
  std::vector<int> items(1000);
  std::iota(items.begin(), items.end(), 0);

  pool.map([](int& item) { item *= 2; }, items);

  EXPECT_EQ(items[999], 1998);
  EXPECT_EQ(std::accumulate(items.begin(), items.end(), 0), 999'000);
}

TEST(ThreadPool, ItemsOfAnLvalueRangeAreReferredTo) {
  ThreadPool pool(2);
  const std::vector<Text> items{"a", "b", "c"};

  const auto addresses = pool.map([](const Text& item) { return &item; }, items);
  std::vector<const Text*> lazily;
  for (const Text* address : pool.imap([](const Text& item) { return &item; }, items)) lazily.push_back(address);

  EXPECT_EQ(addresses, (std::vector<const Text*>{&items[0], &items[1], &items[2]}));
  EXPECT_EQ(lazily, addresses);
}

TEST(ThreadPool, ArgumentsOfApplyAreReferredTo) {
  ThreadPool pool(2);
  std::mutex mutex;
  Text text = "a";

  pool.apply(
      [](std::mutex& locked, Text& written, const char* more) {
        const std::lock_guard lock(locked);
        written += more;
      },
      mutex, text, "b");

  EXPECT_EQ(text, "ab");
}

TEST(ThreadPool, PartsOfTuplesAreReferredTo) {
  ThreadPool pool(2);
  std::vector<std::pair<int, Text>> items{{1, "a"}, {2, "b"}};

  const auto sums = pool.starmap([](int number, Text& text) { return text += std::to_string(number), number; }, items);

  EXPECT_EQ(sums, (std::vector<int>{1, 2}));
  EXPECT_EQ(items[1].second, "b2");
}

TEST(ThreadPool, AnAsynchronousCallKeepsCopiesOfItsItems) {
  ThreadPool pool(1);
  Gate gate;
  auto blocked = pool.apply_async([&gate] { gate.pass(); });
  std::vector<Text> items{"a", "b"};

  auto result = pool.map_async([](const Text& item) { return item; }, items);
  items = {"x", "y"};
  gate.open.set_value();

  EXPECT_EQ(result.get(), (std::vector<Text>{"a", "b"}));
}

TEST(ThreadPool, TextArrivesAsAStringAsInAPool) {
  ThreadPool pool(2);
  const auto size = [](const auto& text) { return text.size(); };

  EXPECT_EQ(pool.apply(size, "three"), 5u);
  EXPECT_EQ(pool.map(size, {"a", "bb"}), (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(pool.apply_async(size, "three").get(), 5u);
}

TEST(ThreadPool, AViewOfTheCallersTextStaysValid) {
  ThreadPool pool(2);
  const std::vector<std::string_view> items{"one", "two"};

  const auto views = pool.map([](std::string_view text) { return text.substr(1); }, items);

  EXPECT_EQ(views[1].data(), items[1].data() + 1);
  const auto held = pool.map([](std::string_view text) { return std::optional(text); }, items);
  EXPECT_EQ(held[1]->data(), items[1].data());
}

TEST(ThreadPool, TextArrivesAsAStringAlsoIfADeleterIsAFunction) {
  ThreadPool pool(2);
  const auto size = [](const auto& text) {
    return std::unique_ptr<std::size_t, void (*)(std::size_t*)>(new std::size_t(text.size()),
                                                                [](auto* p) { delete p; });
  };

  EXPECT_EQ(*pool.map(size, {"a", "bb"})[1], 2U);
}

TEST(ThreadPool, FunctionsThatTakeRvaluesGetCopiesOrWhatCannotBeCopied) {
  ThreadPool pool(2);
  std::vector<Text> texts{"a"};
  std::vector<std::unique_ptr<int>> pointers;
  pointers.push_back(std::make_unique<int>(7));

  EXPECT_EQ(pool.map([](Text&& text) { return std::move(text); }, texts), texts);
  EXPECT_EQ(*pool.map([](std::unique_ptr<int> pointer) { return pointer; }, std::move(pointers))[0], 7);
  EXPECT_EQ(*pool.apply_async([](std::unique_ptr<int> pointer) { return pointer; }, std::make_unique<int>(8)).get(), 8);
}

TEST(ThreadPool, ItemsOfAnInputRangeAreKeptByValue) {
  ThreadPool pool(2);

  const auto copies = pool.map([](const int& number) { return number; }, Numbers(100));

  ASSERT_EQ(copies.size(), 100u);
  for (int number = 0; number != 100; ++number) EXPECT_EQ(copies[static_cast<std::size_t>(number)], number);
}

TEST(ThreadPool, ErrorsArriveAsTheyWereThrown) {
  ThreadPool pool(2);
  struct Odd {
    int item;
  };

  auto outcomes = pool.try_map([](int item) { return item % 2 == 0 ? item : throw Odd{item}; }, {0, 1, 2, 3}, 2);

  EXPECT_EQ(outcomes[2].value(), 2);
  ASSERT_NE(outcomes[3].error_as<Odd>(), nullptr);
  EXPECT_EQ(outcomes[3].error_as<Odd>()->item, 3);
  EXPECT_EQ(pool.stats().finished, 2u);
  EXPECT_EQ(pool.stats().failed, 2u);
}

TEST(ThreadPool, ACallFromInsideATaskRunsInThatThread) {
  ThreadPool pool(1);

  const auto sums = pool.map(
      [&pool](int item) {
        const auto thread = std::this_thread::get_id();
        const auto nested = pool.map(
            [&](int inner) { return std::this_thread::get_id() == thread && item_index() == std::size_t(inner); },
            {0, 1, 2}, 1);
        for (const bool inline_and_numbered : pool.imap([](bool value) { return value; }, nested)) {
          if (!inline_and_numbered) return -1;
        }
        return pool.apply_async([item] { return item; }).get() + static_cast<int>(*item_index());
      },
      {10, 20});

  EXPECT_EQ(sums, (std::vector<int>{10, 21}));
}

}  // namespace
}  // namespace multiprocessing::tests::thread_pool_test
