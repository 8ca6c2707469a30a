// SPDX-License-Identifier: MIT
#include <multiprocessing/event.hpp>
#include <multiprocessing/semaphore.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <numeric>
#include <stdexcept>
#include <thread>

#include "support/crew.hpp"
#include "support/shared.hpp"
#include "support/soak_setting.hpp"

namespace multiprocessing::tests::signal_soak_test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_lives = 3'000;
constexpr int most_at_once = 3;

// How often each life has done something, and how often it has begun to.
struct Deeds {
  std::array<std::atomic<int>, most_lives> begun;
  std::array<std::atomic<int>, most_lives> done;
  int all_begun() const { return std::accumulate(begun.begin(), begun.end(), 0); }
  int all_done() const { return std::accumulate(done.begin(), done.end(), 0); }
};
struct Books {
  Deeds released;
  Deeds acquired;
};

void release(Member& member, Semaphore& semaphore, Deeds& deeds) {
  while (member.begins("release")) {
    ASSERT_LT(member.life, most_lives);
    if (semaphore.get_value() >= most_at_once) {
      std::this_thread::yield();
      continue;
    }
    const int count = static_cast<int>(member.random() % most_at_once) + 1;
    deeds.begun[member.life] += count;
    try {
      semaphore.release(count);
      deeds.done[member.life] += count;
    } catch (const std::logic_error&) {  // a bounded one has no room for so many
      deeds.begun[member.life] -= count;
    }
  }
}

void acquire(Member& member, Semaphore& semaphore, Deeds& deeds) {
  while (member.begins("acquire")) {
    ASSERT_LT(member.life, most_lives);
    ++deeds.begun[member.life];
    const bool is_impatient = member.random() % 4 == 0;
    if (is_impatient ? semaphore.acquire(std::chrono::microseconds(member.random() % 1'000)) : semaphore.acquire()) {
      ++deeds.done[member.life];
    } else {
      --deeds.begun[member.life];
    }
  }
}

void soak_semaphore(std::uint64_t seed, Semaphore& semaphore) {
  const int first = semaphore.get_value();
  const Shared<Books> books;
  const auto releaser = [&](Member& member) { release(member, semaphore, books->released); };
  const auto acquirer = [&](Member& member) { acquire(member, semaphore, books->acquired); };
  Crew crew(seed, {releaser, releaser, acquirer, acquirer, acquirer});
  for (int times = 0; times != 2 && !::testing::Test::HasFailure(); ++times) {
    crew.shoot(200ms);
    crew.expect_steps();
  }
  crew.tell_to_leave(2, 3);
  crew.expect_end(2, 3);
  crew.tell_to_leave(0, 2);
  crew.expect_end(0, 2);
  const int value = semaphore.get_value() - first;
  EXPECT_GE(value, books->released.all_done() - books->acquired.all_begun());
  EXPECT_LE(value, books->released.all_begun() - books->acquired.all_done());
  EXPECT_GE(value + first, 0);
  std::printf("%zu deaths, %d acquired\n", crew.deaths(), books->acquired.all_done());
}

TEST(Soak, SemaphoresCountWhateverHappens) {
  soak_for_a_share("Semaphore", [](std::uint64_t seed) {
    Semaphore semaphore(0);
    soak_semaphore(seed, semaphore);
  });
  soak_for_a_share("BoundedSemaphore", [](std::uint64_t seed) {
    BoundedSemaphore semaphore(most_at_once);
    soak_semaphore(seed, semaphore);
    EXPECT_LE(semaphore.get_value(), most_at_once);
  });
}

// Each of two players sets the other's event once its own was set: one wake-up that is lost ends the game.
void play(Member& member, multiprocessing::Event& own, multiprocessing::Event& other) {
  other.set();  // perhaps the one before was killed when it was about to
  while (member.begins("wait")) {
    if (member.random() % 4 == 0) {
      if (!own.wait(std::chrono::microseconds(member.random() % 1'000))) continue;
    } else {
      own.wait();
    }
    own.clear();
    other.set();
  }
}

TEST(Soak, EventsWakeAllWhoWait) {
  soak_for_a_share("Event", [](std::uint64_t seed) {
    multiprocessing::Event ping;
    multiprocessing::Event pong;
    const auto player = [&](Member& member) { play(member, ping, pong); };
    const auto other_player = [&](Member& member) { play(member, pong, ping); };
    const auto onlooker = [&](Member& member) {
      while (member.begins("look on")) ping.wait();
    };
    Crew crew(seed, {onlooker, onlooker, player, other_player});
    for (int times = 0; times != 2 && !HasFailure(); ++times) {
      crew.shoot(200ms);
      crew.expect_steps();
    }
    crew.tell_to_leave(0, 4);
    ping.set();
    pong.set();
    crew.expect_end(2, 2);  // whose last act is to set the other one
    ping.set();             // but also to clear it: an onlooker may not have begun to wait when that was over
    crew.expect_end(0, 2);
    std::printf("%zu deaths\n", crew.deaths());
  });
}

}  // namespace
}  // namespace multiprocessing::tests::signal_soak_test
