// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <system_error>

#include "support/child_process.hpp"

namespace multiprocessing::tests::shareable_list_test {
namespace {

using Value = ShareableList::Value;
using Text = std::string;
const ShareableList::Bytes bytes{std::byte{0}, std::byte{255}, std::byte{0}};
const ShareableList::None none;

// Unlinks it at the end of the test.
struct List : ShareableList {
  using ShareableList::ShareableList;
  ~List() { shm().unlink(); }
};

TEST(ShareableList, GivesWhatItWasMadeOf) {
  const List list({-1, 2.5, true, "text", Text("a\0b\0", 4), bytes, none, ""});
  const std::vector<Value> expected{-1, 2.5, true, "text", Text("a\0b\0", 4), bytes, none, ""};
  EXPECT_EQ(list.to_vector(), expected);
  EXPECT_EQ(list.size(), 8U);
  EXPECT_EQ(std::get<std::int64_t>(list[0]), -1);
  EXPECT_EQ(std::get<Text>(list[3]), "text");
}

TEST(ShareableList, SaysItsFormatAsPythonDoes) {
  const List list({"howdy", bytes, -273.154, 100, none, true, "12345678", ""});
  EXPECT_EQ(list.format(), "8s8sdqxxxxxx?xxxxxxxx?16s8s");
}

TEST(ShareableList, IsOneForAllThatAttachByItsName) {
  const List list({1, "two", 3.0}, "mp_test_list");
  ShareableList again = ShareableList::attach("mp_test_list");
  EXPECT_EQ(again.to_vector(), list.to_vector());
  again.set(0, 10);
  again.set(1, "2");
  EXPECT_EQ(list.to_vector(), (std::vector<Value>{10, "2", 3.0}));
  EXPECT_EQ(run_in_child([&] { ShareableList::attach("mp_test_list").set(2, false); }).exit_code, 0);
  EXPECT_EQ(list[2], Value(false));
}

TEST(ShareableList, ASlotTakesAnyTypeThatFits) {
  List list({0, "1234567890"});
  for (const Value& value : {Value(none), Value(true), Value(std::numeric_limits<std::int64_t>::min()), Value(-0.5),
                             Value("12345678"), Value(bytes), Value("")}) {
    list.set(0, value);
    EXPECT_EQ(list[0], value);
  }
  list.set(1, 5);
  list.set(1, Text(16, 'x'));
  EXPECT_EQ(list[1], Value(Text(16, 'x')));
}

TEST(ShareableList, AnElementIsReadAndWrittenAsInPython) {
  const List list({1, "two", 3.0});
  list[0] = 5;
  list[1] = "2";
  list[2] = list[0];
  EXPECT_EQ(list.to_vector(), (std::vector<Value>{5, "2", 5}));
  auto first = list[0];
  const Value second = list[1];
  list[0] = none;
  EXPECT_EQ(std::get<std::int64_t>(first), 5);
  EXPECT_EQ(second, Value("2"));
  EXPECT_EQ(std::visit([](const auto& value) { return sizeof value; }, list[2]), sizeof(std::int64_t));
  EXPECT_TRUE(list[0] != list[2]);
  static_assert(!std::is_assignable_v<decltype(first)&, int>, "it would not be seen that it is the list's");
  EXPECT_THROW(list[1] = Text(9, 'x'), std::invalid_argument);
  EXPECT_THROW(list[3] = 1, std::out_of_range);
}

TEST(ShareableList, ATextThatIsTooLongForItsSlotIsRefused) {
  List list({1, "text", 3});
  EXPECT_THROW(list.set(0, "123456789"), std::invalid_argument);
  EXPECT_THROW(list.set(1, Text(9, 'x')), std::invalid_argument);
  EXPECT_THROW(list.set(2, ShareableList::Bytes(9)), std::invalid_argument);
  EXPECT_EQ(list.to_vector(), (std::vector<Value>{1, "text", 3}));
}

TEST(ShareableList, FindsAndCountsValues) {
  const List list({1, "a", 1, true, 1.0});
  EXPECT_EQ(list.count(1), 2U);
  EXPECT_EQ(list.count("b"), 0U);
  EXPECT_EQ(list.index("a"), 1U);
  EXPECT_EQ(list.index(1.0), 4U);
  EXPECT_THROW(list.index("b"), std::invalid_argument);
}

TEST(ShareableList, HasNoElementBeyondItsEnd) {
  List list({1});
  EXPECT_THROW(list[1], std::out_of_range);
  EXPECT_THROW(list.set(1, 2), std::out_of_range);
  const List empty(std::vector<Value>{});
  EXPECT_EQ(empty.size(), 0U);
  EXPECT_EQ(ShareableList::attach(empty.shm().name()).size(), 0U);
}

TEST(ShareableList, IsNotUsedAfterItWasClosed) {
  List list({1});
  list.shm().close();
  EXPECT_THROW(list[0], std::logic_error);
  EXPECT_THROW(list.set(0, 2), std::logic_error);
}

TEST(ShareableList, ANameThatIsTakenOrThatNobodyHasIsRefused) {
  const List list({1});
  EXPECT_THROW(ShareableList({1}, list.shm().name()), std::system_error);
  EXPECT_THROW(ShareableList::attach("mp_test_nobody"), std::system_error);
}

TEST(ShareableList, WhatIsNoListIsRefusedAndWhatIsOverwrittenStaysInItsMemory) {
  SharedMemory zeros({}, true, 100);
  SharedMemory little({}, true, 3);
  EXPECT_THROW(ShareableList::attach(zeros.name()), std::runtime_error);
  EXPECT_THROW(ShareableList::attach(little.name()), std::runtime_error);
  zeros.unlink();
  little.unlink();

  const List list({1, "text", bytes, 2.5});
  const SharedMemory memory(list.shm().name());
  const std::vector<std::byte> whole(memory.buf().begin(), memory.buf().end());
  std::mt19937 random(1);
  int refused = 0;
  for (int times = 0; times != 20'000; ++times) {
    std::ranges::copy(whole, memory.buf().begin());
    for (auto left = random() % 3 + 1; left != 0; --left) {
      const std::size_t first = times % 2 == 0 ? 8 : 0;  // every other time the mark stays
      const auto place = first + random() % (whole.size() - first);
      memory.buf()[place] = static_cast<std::byte>(times % 3 == 0 ? 255 : random());
    }
    try {
      list.to_vector();
      ShareableList::attach(memory.name()).to_vector();
    } catch (const std::runtime_error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 5'000);
}

TEST(ShareableList, IsSentThroughAPoolAsItsName) {
  Pool pool(1);
  const List list({1, "two"});
  const auto change = [](ShareableList received) {
    received.set(0, 7);
    return received;
  };
  const ShareableList returned = pool.apply(change, static_cast<const ShareableList&>(list));
  EXPECT_EQ(list[0], Value(7));
  EXPECT_EQ(returned.shm().name(), list.shm().name());
}

}  // namespace
}  // namespace multiprocessing::tests::shareable_list_test
