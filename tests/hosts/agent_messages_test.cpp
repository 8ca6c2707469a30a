// SPDX-License-Identifier: MIT
#include "hosts/hand_made_agents.hpp"

#include <multiprocessing/detail/host_pool.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "hosts/agent_work.hpp"
#include "support/child_process.hpp"

// What an agent does with messages that no pool sends.
namespace multiprocessing::tests::agent_messages_test {
namespace {

using namespace detail;
using namespace std::chrono_literals;

long doubled(int number) { return 2L * number; }
std::size_t length_of(std::string text) { return text.size(); }

template <class R, class Item>
CallOrder order_of(R (*f)(Item), std::uint64_t number) {
  PreparedFunction function = prepare<R (*)(Item), Item, Spread::no>(f);
  CallOrder order;
  order.numbers.number = number;
  order.numbers.type = reinterpret_cast<std::uintptr_t>(function.image.type);
  order.numbers.code = reinterpret_cast<std::uintptr_t>(function.code);
  order.numbers.address = function.image.address;
  return order;
}
template <class Number>
std::string bytes_of(Number number) {
  return {reinterpret_cast<const char*>(&number), sizeof number};
}
std::string text_item(const std::string& text) { return bytes_of(std::uint64_t{text.size()}) + text; }

// With real workers, which nothing of it is to reach.
class AgentWorkByHand : public ::testing::Test {
 protected:
  AgentWorkByHand() {
    work_.add_call(order_of(doubled, 1));
    work_.add_call(order_of(length_of, 2));
  }
  ~AgentWorkByHand() override { work_.group().terminate(); }
  void add(const TasksHead& head, const std::string& items) {
    BytesSource source(reinterpret_cast<const std::byte*>(items.data()), items.size());
    work_.add_items(head, source);
  }

  AgentWork work_{std::static_pointer_cast<WorkerGroup>(make_worker_group({.processes = 1}))};
};

TEST_F(AgentWorkByHand, TakesItemsOfACallThatItKnows) {
  add({1, 1, 0, 2}, bytes_of(3) + bytes_of(4));
  add({2, 2, 0, 2}, text_item("abc") + text_item(""));
  while (work_.any_open() != nullptr) {
    EXPECT_TRUE(work_.any_open()->wait(Call::Until::any_told, 0, never));
    auto [here, there] = stream_sockets();
    StreamLink link(std::move(here));
    work_.write_ended(work_.ended().front(), link);
    work_.ended().pop();
    EXPECT_NE(link.unsent_bytes(), 0u);
  }
}

TEST_F(AgentWorkByHand, RefusesWhatItDoesNotKnowAndSizesThatCannotBe) {
  const std::string two = bytes_of(3) + bytes_of(4);
  EXPECT_THROW(add({7, 1, 0, 2}, two), MalformedBytes) << "a call";
  EXPECT_THROW(add({1, 1, 0, 0}, ""), MalformedBytes) << "no item";
  EXPECT_THROW(add({1, 1, 0, 3}, two), MalformedBytes);
  EXPECT_THROW(add({1, 1, 0, 1}, two), MalformedBytes);
  EXPECT_THROW(add({1, 1, 0, 2}, two + "x"), MalformedBytes);
  EXPECT_THROW(add({1, 1, 0, UINT64_MAX}, two), MalformedBytes);
  EXPECT_THROW(work_.add_call(CallOrder{}), MalformedBytes);
  EXPECT_EQ(work_.any_open(), nullptr);
  add({1, 1, 0, 2}, two);
  EXPECT_THROW(add({1, 1, 0, 2}, two), MalformedBytes) << "a ticket twice";
}

TEST_F(AgentWorkByHand, RefusesLengthsOfItemsThatContradictTheirNumber) {
  const std::string two = text_item("abc") + text_item("defg");
  const std::string half_a_length = "1234567";
  std::uint64_t ticket = 0;
  for (const auto& [count, items] : {std::pair(std::uint64_t{3}, two),
                                     {1, two},
                                     {std::uint64_t{1} << 60, two},
                                     {2, ""},
                                     {1, half_a_length},
                                     {2, text_item("abc") + half_a_length},
                                     {1, bytes_of(std::uint64_t{4}) + "abc"},
                                     {1, bytes_of(std::uint64_t{1} << 62) + "abc"},
                                     {1, bytes_of(UINT64_MAX) + "abc"}}) {
    EXPECT_THROW(add({2, ++ticket, 0, count}, items), MalformedBytes) << "case " << ticket;
  }
  EXPECT_EQ(work_.any_open(), nullptr);
}

}  // namespace
}  // namespace multiprocessing::tests::agent_messages_test
