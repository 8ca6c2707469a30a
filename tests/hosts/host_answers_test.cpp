// SPDX-License-Identifier: MIT
#include "hosts/hand_made_agents.hpp"

#include <multiprocessing/errors.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <string>

// What the program does with messages of agents that do not keep to what was agreed.
namespace multiprocessing::tests::host_answers_test {
namespace {

using namespace detail;

long doubled(int number) { return 2L * number; }
std::string text_of(int number) { return std::string(static_cast<std::size_t>(number), 'x'); }

// Two hosts, of which the first one has items of two calls.
class TwoHosts : public ::testing::Test {
 protected:
  void begin() {
    texts_ = hosts_->call(text_of, Keep::in_order, 20);
    take_tickets();
  }
  void take_tickets() {
    for (const std::size_t host : {0U, 1U}) {
      for (GivenTicket& ticket : hosts_->give(host)) tickets_[host].push_back(std::move(ticket));
    }
  }
  // The second one answers all, but for the items of calls that have ended.
  void let_second_answer() {
    for (tickets_[0].clear(); !tickets_[1].empty(); take_tickets()) {
      for (const GivenTicket& ticket : std::exchange(tickets_[1], {})) {
        ticket.head.call == 1 ? hosts_->take(1, answers_of(ticket, text_of))
                              : hosts_->take(1, values_of(ticket, doubled));
      }
    }
  }
  void expect_texts() {
    ASSERT_TRUE(texts_->has_ended());
    ByteAnswers<std::string> answers(texts_);
    for (int item = 0; item != 20; ++item) {
      const Outcome<std::string> outcome = answers.take(static_cast<std::size_t>(item));
      ASSERT_TRUE(outcome) << outcome.message();
      EXPECT_EQ(outcome.value(), text_of(item));
    }
  }

  std::optional<HandMadeHosts> hosts_{std::in_place, 2};
  std::array<std::vector<GivenTicket>, 2> tickets_;
  std::shared_ptr<GroupCall> texts_;
};

TEST_F(TwoHosts, HonestAnswersAreTaken) {
  begin();
  ASSERT_FALSE(tickets_[0].empty());
  for (const GivenTicket& ticket : std::exchange(tickets_[0], {})) hosts_->take(0, answers_of(ticket, text_of));
  take_tickets();
  while (!tickets_[0].empty() || !tickets_[1].empty()) {
    for (const std::size_t host : {0U, 1U}) {
      for (const GivenTicket& ticket : std::exchange(tickets_[host], {}))
        hosts_->take(host, answers_of(ticket, text_of));
    }
    take_tickets();
  }
  expect_texts();
}

TEST_F(TwoHosts, AnAnswerThatCannotBeLosesTheHostAndCostsNoItem) {
  const auto changed = [](RawMessage message, std::size_t offset, auto value) {
    std::memcpy(message.bytes.data() + offset, &value, sizeof value);
    return message;
  };
  using Change = std::function<RawMessage(const GivenTicket&)>;
  const std::vector<std::pair<const char*, Change>> changes{
      {"an unknown ticket",
       [&](const auto&) {
         return answers_of({{1, 77, 0, 1}, {0}}, text_of);
       }},
      {"ticket 0",
       [&](const auto&) {
         return answers_of({{1, 0, 0, 1}, {0}}, text_of);
       }},
      {"values of an unknown ticket",
       [&](const auto&) {
         return values_of({{1, 77, 0, 1}, {0}}, doubled);
       }},
      {"no ticket", [&](const auto&) { return message_of(MessageKind::answers, [](ByteSink&) {}); }},
      {"a position twice",
       [&](const GivenTicket& ticket) {
         RawMessage message = answers_of(ticket, text_of);
         add_answer(message, 0, AnswerKind::value, encoded(text_of(0)));
         return message;
       }},
      {"a position out of range",
       [&](const GivenTicket& ticket) { return changed(answers_of(ticket, text_of), 16, UINT32_MAX); }},
      {"the position behind the last",
       [&](const GivenTicket& ticket) {
         return changed(answers_of(ticket, text_of), 16, static_cast<std::uint32_t>(ticket.items.size()));
       }},
      {"a kind of answer that is none",
       [&](const GivenTicket& ticket) { return changed(answers_of(ticket, text_of), 20, std::uint32_t{4}); }},
      {"more bytes than there are",
       [&](const GivenTicket& ticket) { return changed(answers_of(ticket, text_of), 24, std::uint64_t{1} << 40); }},
      {"values where they have no fixed size", [&](const GivenTicket& ticket) { return values_of(ticket, doubled); }},
      {"a message of a kind that is none",
       [&](const GivenTicket& ticket) {
         return RawMessage{99, answers_of(ticket, text_of).bytes};
       }},
      {"a message of the pool's own",
       [&](const GivenTicket& ticket) {
         return RawMessage{static_cast<std::uint32_t>(MessageKind::tasks), answers_of(ticket, text_of).bytes};
       }},
      {"a second hello", [&](const auto&) { return hello_of("h0"); }},
      {"a second time ready", [&](const auto&) { return ready_of(2); }},
      {"its end, which nobody has ordered",
       [&](const auto&) { return message_of(MessageKind::ended, [](ByteSink&) {}); }},
      {"a returned item before a broken answer",
       [&](const GivenTicket& ticket) {
         RawMessage message = begin_answers(ticket.head.ticket);
         add_answer(message, 0, AnswerKind::returned, {});
         add_answer(message, 0, AnswerKind::value, encoded(text_of(0)));
         return message;
       }},
  };
  for (const auto& [what, change] : changes) {
    SCOPED_TRACE(what);
    hosts_.emplace(2);
    tickets_ = {};
    begin();
    ASSERT_FALSE(tickets_[0].empty());
    EXPECT_FALSE(hosts_->take_or_lose(0, change(tickets_[0][0])));
    hosts_->expect_balance();
    let_second_answer();
    expect_texts();
  }
}

TEST_F(TwoHosts, ValuesOfFixedSizeAreAsManyAndAsLargeAsWasAskedFor) {
  const auto shortened = [](RawMessage message, std::size_t bytes) {
    message.bytes.resize(message.bytes.size() - bytes);
    return message;
  };
  for (const Keep keep : {Keep::all, Keep::in_order, Keep::as_they_come}) {
    for (int which = 0; which != 6; ++which) {
      SCOPED_TRACE(which);
      hosts_.emplace(2);
      tickets_ = {};
      const auto begun = hosts_->call(text_of, Keep::in_order, 1);
      const auto numbers = hosts_->call(doubled, keep, 40);
      take_tickets();
      GivenTicket ticket;
      for (const GivenTicket& each : tickets_[0]) {
        if (each.head.call == 2) ticket = each;
      }
      ASSERT_FALSE(ticket.items.empty());
      const RawMessage honest = values_of(ticket, doubled);
      RawMessage longer = honest;
      longer.bytes.push_back({});
      RawMessage answered = begin_answers(ticket.head.ticket);
      add_answer(answered, 0, AnswerKind::value, encoded(1));  // an int
      RawMessage some = begin_answers(ticket.head.ticket);
      add_answer(some, 0, AnswerKind::value, encoded(doubled(ticket.items[0])));
      const bool takes_some = ticket.items.size() > 1 && hosts_->take_or_lose(0, some);
      const RawMessage messages[] = {longer, shortened(honest, 1), shortened(honest, 8), begin_answers(0), answered,
                                     honest};
      // After the answer to one of them all of them at once are too many.
      const bool is_taken = hosts_->take_or_lose(0, messages[which]);
      EXPECT_EQ(is_taken, which == 5 && !takes_some);
      hosts_->dispatcher().lose(hosts_->host(0), "is not needed any more");
      hosts_->expect_balance();
      let_second_answer();
      ASSERT_TRUE(numbers->has_ended() && begun->has_ended());
      ByteAnswers<long> answers(numbers);
      for (std::size_t item = 0; item != 40; ++item) {
        const std::size_t next = keep == Keep::as_they_come ? numbers->take_next() : item;
        EXPECT_EQ(answers.take(next).value(), 2 * static_cast<long>(next));
      }
    }
  }
}

TEST_F(TwoHosts, AnswersToWhatWasTakenBackAreIgnored) {
  begin();
  const GivenTicket ticket = tickets_[0][0];
  hosts_->dispatcher().fail_everything(std::make_exception_ptr(CancelledError("enough")));
  EXPECT_TRUE(texts_->has_ended());
  hosts_->take(0, answers_of(ticket, text_of));
  hosts_->expect_balance();
  EXPECT_NE(ByteAnswers<std::string>(texts_).take(0).error_as<CancelledError>(), nullptr);
}

TEST_F(TwoHosts, AnAnswerThatIsCutCostsNoItem) {
  std::size_t length = 0;
  bool is_whole = false;
  while (!is_whole) {
    hosts_.emplace(2);
    tickets_ = {};
    begin();
    RawMessage message = begin_answers(tickets_[0][0].head.ticket);
    const GivenTicket& ticket = tickets_[0][0];
    add_answer(message, 0, AnswerKind::value, encoded(text_of(ticket.items[0])));
    is_whole = length == message.bytes.size();
    message.bytes.resize(length++);
    hosts_->take_or_lose(0, message);
    hosts_->expect_balance();
    hosts_->dispatcher().lose(hosts_->host(0), "is not needed any more");
    let_second_answer();
    expect_texts();
  }
}

// A hundred thousand refusals, one inside the other, would need more stack than there is.
TEST(HandMadeHosts, CallsOfAFunctionThatAHostDoesNotHaveEndAndAreForgotten) {
  HandMadeHosts hosts(2);
  hosts.has_modules = false;
  std::vector<std::shared_ptr<detail::GroupCall>> calls;
  for (int count = 0; count != 100'000; ++count) {
    calls.push_back(hosts.call<long>([](int item) { return long{item}; }, detail::Keep::all, 1));
  }
  hosts.give(0);
  EXPECT_TRUE(std::all_of(calls.begin(), calls.end(), [](const auto& call) { return call->has_ended(); }));
  EXPECT_FALSE(hosts.dispatcher().has_calls());  // join() waits for that
  EXPECT_THROW(std::rethrow_exception(calls.back()->take(0).error), PicklingError);
  hosts.expect_balance();
}

}  // namespace
}  // namespace multiprocessing::tests::host_answers_test
