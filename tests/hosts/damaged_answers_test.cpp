// SPDX-License-Identifier: MIT
#include "hosts/hand_made_agents.hpp"

#include <multiprocessing/errors.hpp>

#include <gtest/gtest.h>

#include <random>
#include <sstream>
#include <string>

#include "fuzz/allocation_meter.hpp"
#include "fuzz/mutations.hpp"
#include "pool/parent/lost_worker.hpp"
#include "support/child_process.hpp"
#include "support/settings.hpp"

// Random damage to what agents send: whatever comes is taken, or loses the host, and each item ends once.
namespace multiprocessing::tests::damaged_answers_test {
namespace {

using namespace detail;

long doubled(int number) { return 2L * number; }
std::string text_of(int number) { return std::string(static_cast<std::size_t>(number), 'x'); }

// The kind goes before the bytes: it is damaged, too.
Input as_input(const RawMessage& message) {
  Input input(sizeof message.kind);
  std::memcpy(input.data(), &message.kind, sizeof message.kind);
  input.insert(input.end(), message.bytes.begin(), message.bytes.end());
  return input;
}
RawMessage as_message(const Input& input) {
  RawMessage message;
  std::memcpy(&message.kind, input.data(), std::min(input.size(), sizeof message.kind));
  if (input.size() > sizeof message.kind) message.bytes.assign(input.begin() + sizeof message.kind, input.end());
  return message;
}
std::string as_text(const Input& input) {
  std::ostringstream text;
  text << std::hex;
  for (const std::byte byte : input) text << static_cast<int>(byte) << ' ';
  return text.str();
}

// Two hosts with items of three calls, of each way in which answers are kept.
struct Scene {
  HandMadeHosts hosts{2};
  std::array<std::vector<GivenTicket>, 2> tickets;
  std::shared_ptr<GroupCall> texts, numbers, all_numbers;

  Scene() {
    texts = hosts.call(text_of, Keep::in_order, 6);
    numbers = hosts.call(doubled, Keep::as_they_come, 3);
    all_numbers = hosts.call(doubled, Keep::all, 20);
    for (const std::size_t host : {0U, 1U}) tickets[host] = hosts.give(host);
  }
  static bool is_text(const GivenTicket& ticket) { return ticket.head.call == 1; }
  void let_second_answer() {
    do {
      for (const GivenTicket& ticket : std::exchange(tickets[1], {})) {
        is_text(ticket) ? hosts.take(1, answers_of(ticket, text_of)) : hosts.take(1, values_of(ticket, doubled));
      }
    } while (!(tickets[1] = hosts.give(1)).empty());
  }
  // Whatever was answered is decoded as a program decodes it.
  template <class R>
  static void look_at(const std::shared_ptr<GroupCall>& call) {
    ASSERT_TRUE(call->has_ended());
    ByteAnswers<R> answers(call);
    for (std::size_t item = 0; item != call->size(); ++item) {
      const Outcome<R> outcome = answers.take(call->keep == Keep::as_they_come ? call->take_next() : item);
      EXPECT_NE(static_cast<bool>(outcome), outcome.error() != nullptr);
    }
  }
  void look_at_all() {
    look_at<std::string>(texts);
    look_at<long>(numbers);
    look_at<long>(all_numbers);
  }
};

// What the first host might honestly send in that scene.
std::vector<Input> honest_messages() {
  Scene scene;
  std::vector<Input> messages;
  const auto add = [&](const RawMessage& message) { messages.push_back(as_input(message)); };
  for (const GivenTicket& ticket : scene.tickets[0]) {
    add(Scene::is_text(ticket) ? answers_of(ticket, text_of) : values_of(ticket, doubled));
    RawMessage mixed = begin_answers(ticket.head.ticket);
    add_answer(mixed, 0, AnswerKind::returned, {});
    add(mixed);
    mixed = begin_answers(ticket.head.ticket);
    add_answer(mixed, 0, AnswerKind::exception, encoded_exception(std::runtime_error("thrown")));
    if (ticket.items.size() > 1) {
      const WorkerLost lost("killed", 1, 4711, 9, std::nullopt);
      add_answer(mixed, ticket.items.size() - 1, AnswerKind::lost, encoded_exception(lost));
    }
    add(mixed);
  }
  add(report_of(0, 2));
  add(ready_of(2));
  add(hello_of("h0"));
  add(message_of(MessageKind::ended, [](ByteSink&) {}));
  add({static_cast<std::uint32_t>(MessageKind::broken),
       encoded_exception(BrokenPool("the pool is broken: no worker starts")).bytes});
  return messages;
}

void expect_little_was_allocated(std::uint64_t before) {
  EXPECT_LT(allocated_bytes() - before, std::uint64_t{16} << 20);
}

// The host is lost afterwards, whatever it has sent: all that it has not answered is answered by the other one.
void take_damaged(const Input& input) {
  const std::uint64_t before = allocated_bytes();
  Scene scene;
  scene.hosts.take_or_lose(0, as_message(input));
  scene.hosts.expect_balance();
  scene.hosts.dispatcher().lose(scene.hosts.host(0), "is not needed any more");
  scene.let_second_answer();
  scene.hosts.expect_balance();
  scene.look_at_all();
  if (const std::exception_ptr broken = scene.hosts.dispatcher().broken()) {
    EXPECT_FALSE(describe(with_crash_stack(broken)).empty());
  }
  expect_little_was_allocated(before);
}

// In a child, as each lost host is a line on stderr.
template <class Take>
void damage(std::vector<Input> originals, std::uint64_t times, Take take) {
  const std::uint64_t seed = setting("MULTIPROCESSING_FUZZ_SEED", std::random_device()());
  SCOPED_TRACE("MULTIPROCESSING_FUZZ_SEED=" + std::to_string(seed));
  set_deadline(default_deadline * 5);
  const ChildResult child = run_in_child(
      [&] {
        Mutations mutations(seed, originals);
        for (std::uint64_t number = 0; number != times && !::testing::Test::HasFailure(); ++number) {
          const Input input = number < originals.size() ? originals[number] : mutations.next();
          try {
            take(input);
          } catch (const std::exception& error) {
            ADD_FAILURE() << error.what();
          }
          if (::testing::Test::HasFailure())
            std::printf("seed %lu, message %lu: %s\n", seed, number, as_text(input).c_str());
        }
      },
      default_deadline * 5);
  EXPECT_EQ(child.exit_code, 0) << "seed " << seed << ": " << child.standard_output
                                << child.standard_error.substr(
                                       child.standard_error.size() -
                                       std::min<std::size_t>(child.standard_error.size(), 2000));
}

TEST(DamagedAnswers, AreTakenOrLoseTheHostAndEachItemEndsOnce) { damage(honest_messages(), 20'000, take_damaged); }

// Before the hosts have workers.
void take_damaged_greeting(const Input& input) {
  const std::uint64_t before = allocated_bytes();
  HandMadeHosts hosts(2, false);
  hosts.take(1, hello_of("h1"));
  hosts.take_or_lose(0, as_message(input));
  const RemoteHost::State state = hosts.host(0).state;
  EXPECT_TRUE(state == RemoteHost::State::greeted || state == RemoteHost::State::lost ||
              (state == RemoteHost::State::unknown && hosts.host(0).failure));
  if (state == RemoteHost::State::greeted) {
    try {
      hosts.order_workers(std::nullopt);  // as many as they say that they have CPUs
      EXPECT_GE(hosts.dispatcher().workers(), 2);
      hosts.take_or_lose(0, ready_of(1));
      hosts.take_or_lose(1, ready_of(1));
      const auto call = hosts.call(doubled, Keep::all, 4);
      hosts.give(0);
      hosts.expect_balance();
      hosts.dispatcher().fail_everything(std::make_exception_ptr(CancelledError("enough")));
      EXPECT_TRUE(call->has_ended());
    } catch (const PicklingError&) {  // its modules are damaged
    }
  }
  expect_little_was_allocated(before);
}

TEST(DamagedAnswers, OfAHostThatGreetsAreTakenOrLoseIt) {
  std::vector<Input> originals{as_input(hello_of("h0"))};
  originals.push_back(as_input({static_cast<std::uint32_t>(MessageKind::broken),
                                encoded_exception(BrokenPool("the pool is broken: no worker starts")).bytes}));
  damage(originals, 5000, take_damaged_greeting);
}

TEST(DamagedAnswers, ThatAreCutAnywhereAreTakenOrLoseTheHost) {
  std::vector<Input> cut;
  for (const Input& whole : honest_messages()) {
    for (std::size_t length = 4; length < std::min<std::size_t>(whole.size(), 400); ++length) {
      cut.emplace_back(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    }
  }
  damage(cut, cut.size(), take_damaged);
}

}  // namespace
}  // namespace multiprocessing::tests::damaged_answers_test
