// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <forward_list>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <thread>

#include "api/ranges.hpp"
#include "support/child_process.hpp"
#include "support/processes.hpp"

namespace multiprocessing::tests::fork_map_test {
namespace {

using Text = std::string;
const std::vector<int> squares{0, 1, 4, 9};
int square(int number) { return number * number; }

// Nobody could send one, not even copy it.
struct Locked {
  explicit Locked(int number) : value(number) {}
  int value;
  std::mutex mutex;
  int* self = &value;
};

TEST(ForkMap, GivesWhatTheFunctionReturnsInTheOrderOfTheItems) {
  std::vector<int> items(1000);
  for (int number = 0; number != 1000; ++number) items[static_cast<std::size_t>(number)] = number;
  const std::vector<int> results = fork_map(square, items, 3);
  ASSERT_EQ(results.size(), items.size());
  for (std::size_t index = 0; index != results.size(); ++index) EXPECT_EQ(results[index], square(items[index]));
}

TEST(ForkMap, TheFunctionMayCaptureAnythingByReference) {
  std::mutex never_sent;
  std::ifstream neither;
  const std::map<Text, int> table{{"one", 1}, {"two", 2}};
  int* const pointer = new int(40);

  const auto results = fork_map(
      [&](const Text& word) {
        const std::lock_guard lock(never_sent);
        return table.at(word) + *pointer + (neither.is_open() ? 1 : 0);
      },
      std::vector<Text>{"two", "one", "two"}, 2);

  EXPECT_EQ(results, (std::vector{42, 41, 42}));
  delete pointer;
}

TEST(ForkMap, TheFunctionMayBeMoveOnly) {
  auto owned = std::make_unique<int>(10);
  EXPECT_EQ(fork_map([owned = std::move(owned)](int item) { return item + *owned; }, {1, 2}, 2), (std::vector{11, 12}));
}

TEST(ForkMap, ItemsNeedNotBeSerialisableNorCopyable) {
  std::vector<std::unique_ptr<Locked>> owned;
  for (int number = 0; number != 4; ++number) owned.push_back(std::make_unique<Locked>(number));
  const std::array<Locked, 2> pair{Locked(7), Locked(8)};

  EXPECT_EQ(fork_map([](const std::unique_ptr<Locked>& item) { return square(*item->self); }, owned, 2), squares);
  EXPECT_EQ(fork_map([](const Locked& item) { return item.value; }, pair), (std::vector{7, 8}));
}

TEST(ForkMap, ItemsAreWhereTheyAreInTheProgram) {
  const std::vector<Text> items{"a", "b", "c"};
  const auto at = [](const Text& item) { return reinterpret_cast<std::uintptr_t>(&item); };
  EXPECT_EQ(fork_map(at, items, 2), (std::vector{at(items[0]), at(items[1]), at(items[2])}));
}

TEST(ForkMap, MoveOnlyItemsThatAreGivenAwayMayBeTaken) {
  std::vector<std::unique_ptr<int>> items;
  for (int number = 0; number != 4; ++number) items.push_back(std::make_unique<int>(number));
  const auto take = [](std::unique_ptr<int> item) { return square(*item); };

  EXPECT_EQ(fork_map(take, std::move(items), 2), squares);
  EXPECT_EQ(fork_map(take, MoveOnly(4), 2), squares);
}

TEST(ForkMap, NobodyMovesFromItemsThatAreNotGivenAway) {
  std::vector<Text> items(100, "the same text, too long to lie in the string itself");
  const auto length = [](Text item) { return item.size(); };

  EXPECT_EQ(fork_map(length, items, 1), std::vector<std::size_t>(100, items[0].size()));
  EXPECT_EQ(items, std::vector<Text>(100, items[0]));
}

TEST(ForkMap, TakesAnyRange) {
  const int c_array[] = {0, 1, 2, 3};
  EXPECT_EQ(fork_map(square, {0, 1, 2, 3}), squares);
  EXPECT_EQ(fork_map(square, c_array, 2), squares);
  EXPECT_EQ(fork_map(square, std::span(c_array), 2), squares);
  EXPECT_EQ(fork_map(square, std::set{3, 2, 1, 0}, 2), squares);
  EXPECT_EQ(fork_map(square, std::forward_list{0, 1, 2, 3}, 2), squares);
  EXPECT_EQ(fork_map(square, UpTo(4), 2), squares);
  EXPECT_EQ(fork_map(square, ReadOnce(4), 2), squares);
  EXPECT_EQ(fork_map([](bool item) { return item ? 1 : 0; }, std::vector<bool>{true, false}, 2), (std::vector{1, 0}));
  const std::map<Text, int> ages{{"Ada", 36}, {"Bob", 7}};
  EXPECT_EQ(fork_map([](const auto& pair) { return pair.second; }, ages, 2), (std::vector{36, 7}));
}

TEST(ForkMap, AnInputThatCannotBeReadIsItsOwnError) {
  EXPECT_THROW(fork_map(square, ReadOnce(10, 5), 2), std::range_error);
}

TEST(ForkMap, ResultsMayBeAnythingThatCanBeSent) {
  const auto texts = fork_map([](int item) { return Text(static_cast<std::size_t>(item), 'x'); }, {0, 300'000}, 2);
  EXPECT_EQ(texts[1].size(), 300'000U);
  const auto owned = fork_map([](int item) { return std::make_unique<int>(item); }, {5, 6}, 2);
  EXPECT_EQ(*owned[1], 6);
  const std::vector<bool> flags = fork_map([](int item) { return item > 5; }, {5, 6}, 2);
  EXPECT_EQ(flags, (std::vector<bool>{false, true}));
}

TEST(ForkMap, AFunctionThatReturnsNothingGivesNothing) {
  const auto nothing = [](int item) {
    if (item == 2) throw std::out_of_range("two");
  };
  static_assert(std::is_void_v<decltype(fork_map(nothing, {0, 1}, 2))>);
  fork_map(nothing, {0, 1}, 2);
  EXPECT_THROW(fork_map(nothing, {0, 1, 2}, 2), std::out_of_range);
  EXPECT_EQ(try_fork_map(nothing, {0, 1, 2}, 2).at(2).index(), 2U);
}

TEST(ForkMap, OverNoItemsForksNothing) {
  const std::vector<pid_t> before = children_of(getpid());
  EXPECT_TRUE(fork_map(square, std::vector<int>{}, 4).empty());
  EXPECT_TRUE(try_fork_map(square, std::vector<int>{}, 4).empty());
  EXPECT_EQ(children_of(getpid()), before);
  EXPECT_THROW(fork_map(square, std::vector<int>{}, 0), std::invalid_argument);
}

TEST(ForkMap, HasNoMoreWorkersThanItems) {
  const auto worker = [](int) { return worker_index().value(); };
  for (const int index : fork_map(worker, {1, 2}, 50)) EXPECT_LT(index, 2);
}

TEST(ForkMap, AnImpossibleNumberOfProcessesIsNamed) {
  try {
    fork_map(square, {1, 2}, -3);
    FAIL() << "it was taken";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "processes must be at least 1, not -3");
  }
}

TEST(ForkMap, ThrowsTheErrorOfTheLowestIndexAfterAllHaveEnded) {
  const auto picky = [](int item) -> int {
    if (item % 2 == 1) throw std::out_of_range("item " + std::to_string(item));
    return item;
  };
  try {
    fork_map(picky, {0, 2, 3, 4, 5}, 2);
    FAIL() << "nothing was thrown";
  } catch (const std::out_of_range& error) {
    EXPECT_STREQ(error.what(), "item 3");
  }

  const auto outcomes = try_fork_map(picky, {0, 1, 2, 3}, 2);
  ASSERT_EQ(outcomes.size(), 4U);
  EXPECT_EQ(outcomes[2].value(), 2);
  ASSERT_NE(outcomes[3].error_as<std::out_of_range>(), nullptr);
  EXPECT_NE(outcomes[3].message().find("item 3"), Text::npos);
}

TEST(ForkMap, WhatTheFunctionWritesStaysInItsWorker) {
  int count = 0;
  fork_map([&](int item) { count += item; }, {1, 2, 3, 4}, 2);
  EXPECT_EQ(count, 0);
}

TEST(ForkMap, TasksKnowTheirItemAndTheirRandomNumbers) {
  const auto draw = [](int item) {
    return random_stream(42)() + item_index().value() + static_cast<std::size_t>(item);
  };
  EXPECT_EQ(fork_map(draw, {0, 0, 0, 0, 0}, 1), fork_map(draw, {0, 0, 0, 0, 0}, 3));
}

// The last worker has printed when the call returns, although nobody waits for what its library buffers.
TEST(ForkMap, WhatTasksPrintIsThereWhenItReturns) {
  const ChildResult result = run_in_child([] {
    for (int round = 0; round != 10; ++round) {
      fork_map([](int item) { std::printf("%d\n", item); }, {1, 2, 3, 4}, 2);
    }
  });
  EXPECT_EQ(std::count(result.standard_output.begin(), result.standard_output.end(), '\n'), 40) << result;
}

TEST(ForkMap, MayBeCalledInATaskAndInItself) {
  const int offset = 100;
  const auto inner = [&](int item) {
    const auto values = fork_map([&](int number) { return offset + item + number; }, {1, 2}, 2);
    return values[0] + values[1];
  };
  EXPECT_EQ(fork_map(inner, {0, 10}, 2), (std::vector{203, 223}));

  Pool pool(2);
  EXPECT_EQ(pool.map(
                [](int item) {
                  return fork_map([&](int number) { return item * number; }, {1, 2}, 2)[1];
                },
                {1, 2}),
            (std::vector{2, 4}));
}

TEST(ForkMap, MayBeCalledByManyThreadsAtOnce) {
  std::vector<std::thread> threads;
  std::array<std::vector<int>, 4> results;
  for (std::size_t thread = 0; thread != results.size(); ++thread) {
    threads.emplace_back([&, thread] {
      results[thread] = fork_map([&](int item) { return item + static_cast<int>(thread); }, {10, 20, 30}, 2);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t thread = 0; thread != results.size(); ++thread) {
    const int first = static_cast<int>(thread);
    EXPECT_EQ(results[thread], (std::vector{10 + first, 20 + first, 30 + first}));
  }
}

TEST(ForkMap, WorkBehindALongItemMovesToAnIdleWorker) {
  std::vector<int> items(40, 0);
  items[0] = 1;
  static std::array<int, 2> done{};
  ASSERT_EQ(::pipe(done.data()), 0);
  // The long item ends when all others have: they all lie behind it, in its chunk or in another one.
  const auto wait_for_all_others = [](int is_long) {
    char byte = 'x';
    if (is_long == 0) return ::write(done[1], &byte, 1);
    for (int others = 0; others != 39; ++others) {
      if (::read(done[0], &byte, 1) != 1) throw std::runtime_error("read");
    }
    return ssize_t{39};
  };
  EXPECT_EQ(fork_map(wait_for_all_others, items, 2).at(0), 39);
  ::close(done[0]);
  ::close(done[1]);
}

}  // namespace
}  // namespace multiprocessing::tests::fork_map_test
