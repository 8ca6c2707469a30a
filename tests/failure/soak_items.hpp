// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/multiprocessing.hpp>

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>

namespace multiprocessing::tests {

// Work whose every deed, duration and size follows from a seed and the number of the item.
using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;
using Number = std::uint64_t;

inline constexpr Number most_items = 20'000;  // of one pool; the next one counts anew
inline constexpr std::size_t most_bytes = 1'000'000;

// What workers tell.
struct Told {
  std::array<std::atomic<unsigned char>, most_items + 1> runs;
  std::array<std::atomic<pid_t>, 64> workers_that_ran;  // by the last bits of the pid
};
inline Told* told = nullptr;
inline std::uint64_t pool_seed = 0;  // set before the pool is made

enum class Deed { nothing, answer, fail, raise_kill, abort, exit };

using ItemError = std::domain_error;

struct Plan {
  Deed deed;
  std::chrono::microseconds spin;
  std::chrono::milliseconds sleep;
  std::size_t sent_bytes;
  std::size_t answered_bytes;
};

inline std::size_t draw_bytes(RandomStream& random) {
  const auto kind = random() % 100;
  return random() % (kind < 50 ? 1 : kind < 85 ? 1000 : kind < 97 ? 70'000 : most_bytes);
}

// What one item does follows from the seed and its number alone.
inline Plan plan_of(Number number) {
  constexpr std::array<int, 4> spins{0, 1, 30, 2000};
  RandomStream random = random_stream(pool_seed, number);
  const auto deed = random() % 300;
  const auto time = random() % 1000;
  Plan plan{};
  plan.deed = deed == 0   ? Deed::raise_kill
              : deed == 1 ? (random() % 2 == 0 ? Deed::abort : Deed::exit)
              : deed < 12 ? Deed::fail
                          : Deed::answer;
  plan.spin = std::chrono::microseconds(spins[time < 700 ? 0 : time < 850 ? 1 : time < 970 ? 2 : 3]);
  plan.sleep = std::chrono::milliseconds(time < 995 ? 0 : 20);
  plan.sent_bytes = draw_bytes(random);
  plan.answered_bytes = draw_bytes(random);
  return plan;
}

inline Plan do_as_planned(Number number) {
  ++told->runs.at(number);
  const pid_t self = getpid();
  told->workers_that_ran[static_cast<std::size_t>(self) % told->workers_that_ran.size()] = self;
  const Plan plan = plan_of(number);
  const auto end = SteadyClock::now() + plan.spin;
  while (SteadyClock::now() < end) continue;
  if (plan.sleep != 0ms) std::this_thread::sleep_for(plan.sleep);  // the work
  if (plan.deed == Deed::fail) throw ItemError(std::to_string(number));
  if (plan.deed == Deed::raise_kill) raise(SIGKILL);
  if (plan.deed == Deed::abort) std::abort();
  if (plan.deed == Deed::exit) _exit(3);
  return plan;
}

// Two forms of the same work: numbers, whose bytes are copied, and messages of any size.
struct Message {
  Number number = 0;
  std::string text;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(number, text);
  }
};
// Two forms of the same work: numbers, whose bytes are copied, and messages of any size.
inline Number work(const Number& number) { return do_as_planned(number), number; }
inline Message work(const Message& message) {
  const Plan plan = do_as_planned(message.number);
  if (message.text != std::string(plan.sent_bytes, 's')) throw std::logic_error("it arrived damaged");
  return {message.number, std::string(plan.answered_bytes, 'a')};
}
template <class Item>
Item plain_work(const Item& item) {
  return work(item);
}
template <class Item>
Item work_with_state(const std::string& state, const Item& item) {
  if (state.find_first_not_of('f') != std::string::npos) throw std::logic_error("its state arrived damaged");
  return work(item);
}

template <class Item>
Item make_item(Number number) {
  if constexpr (std::is_same_v<Item, Number>)
    return number;
  else
    return {number, std::string(plan_of(number).sent_bytes, 's')};
}
inline bool is_answer(Number answer, Number number) { return answer == number; }
inline bool is_answer(const Message& answer, Number number) {
  return answer.number == number && answer.text == std::string(plan_of(number).answered_bytes, 'a');
}

}  // namespace multiprocessing::tests
