// SPDX-License-Identifier: MIT
#include "support/message_soak.hpp"

#include <multiprocessing/pipe.hpp>
#include <multiprocessing/queue.hpp>

#include "support/soak_setting.hpp"

namespace multiprocessing::tests::message_soak_test {
namespace {

using namespace std::chrono_literals;
using Random = std::mt19937_64;

constexpr std::size_t most_bytes = std::size_t{3} << 20;

// All ways to put and get: most often without end, and else for a short time.
bool put_somehow(Queue<std::string>& queue, Random& random, const std::string& text) {
  try {
    const auto kind = random() % 8;
    if (kind == 0) {
      queue.put(text, std::chrono::microseconds(random() % 2'000));
    } else if (kind == 1) {
      queue.put_nowait(text);
    } else {
      queue.put(text);
    }
    return true;
  } catch (const Full&) {
    return false;
  }
}
std::string get_somehow(Queue<std::string>& queue, Random& random) {
  try {
    const auto kind = random() % 8;
    if (kind == 0) return queue.get(std::chrono::microseconds(random() % 2'000));
    return kind == 1 ? queue.get_nowait() : queue.get();
  } catch (const Empty&) {
    return MessageBalance::none;
  }
}

TEST(Soak, QueuesLoseNoMoreThanWhatAKilledProcessHadInItsHands) {
  soak_for_a_share("Queue", [](std::uint64_t seed) {
    Queue<std::string> queue(seed % 2 == 0 ? 4 : 0);
    soak_messages(
        seed, most_bytes, [&](Random& random, const std::string& text) { return put_somehow(queue, random, text); },
        [&](Random& random) { return get_somehow(queue, random); });
  });
}

TEST(Soak, JoinableQueuesKnowOfEachMessageThatNobodyIsDoneWith) {
  soak_for_a_share("JoinableQueue", [](std::uint64_t seed) {
    JoinableQueue<std::string> queue(3);
    const auto join = [&](Member& member) {
      while (member.begins("join")) (void)queue.join(std::chrono::microseconds(member.random() % 2'000));
    };
    const std::size_t getter_deaths = soak_messages(
        seed, 50'000, [&](Random& random, const std::string& text) { return put_somehow(queue, random, text); },
        [&](Random& random) {
          const std::string text = get_somehow(queue, random);
          if (text != MessageBalance::none) queue.task_done();
          return text;
        },
        {join});
    std::size_t not_done = 0;
    for (; !HasFailure() && !queue.join(0s); ++not_done) queue.task_done();
    EXPECT_LE(not_done, getter_deaths);
    EXPECT_THROW(queue.task_done(), std::logic_error);
  });
}

TEST(Soak, PipesLoseNoMoreThanWhatAKilledProcessHadInItsHands) {
  soak_for_a_share("SimpleQueue and Pipe", [](std::uint64_t seed) {
    if (seed % 4 == 0) {
      SimpleQueue<std::string> queue;
      soak_messages(
          seed, most_bytes, [&](Random&, const std::string& text) { return queue.put(text), true; },
          [&](Random&) { return queue.get(); });
      return;
    }
    auto [receiving, sending] = Pipe<std::string>(seed % 2 == 0);
    soak_messages(
        seed, most_bytes, [&, &end = sending](Random&, const std::string& text) { return end.send(text), true; },
        [&, &end = receiving](Random& random) {
          const bool is_impatient = random() % 4 == 0 && !end.poll(std::chrono::microseconds(random() % 2'000));
          return is_impatient ? MessageBalance::none : end.recv();
        });
  });
}

}  // namespace
}  // namespace multiprocessing::tests::message_soak_test
