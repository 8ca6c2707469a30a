// SPDX-License-Identifier: MIT
#include <multiprocessing/lock.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "support/crew.hpp"
#include "support/shared.hpp"
#include "support/soak_setting.hpp"

namespace multiprocessing::tests::lock_soak_test {
namespace {

using namespace std::chrono_literals;

// What a lock protects: the same number everywhere, when nobody is in the middle of changing it.
struct Guarded {
  std::array<volatile std::uint64_t, 64> numbers;
  std::atomic<int> holders;
  std::atomic<std::size_t> times_abandoned;

  bool is_whole() const {
    return std::all_of(numbers.begin(), numbers.end(), [&](std::uint64_t number) { return number == numbers[0]; });
  }
  void fill(std::uint64_t number) {
    for (volatile std::uint64_t& place : numbers) place = number;
  }
};

template <class L>
bool acquire_somehow(L& lock, std::mt19937_64& random) {
  const auto kind = random() % 8;
  if (kind == 0) return lock.acquire(std::chrono::microseconds(random() % 1'000));
  if (kind == 1) return lock.try_lock();
  if (kind == 2) (void)lock.locked();
  return lock.acquire();
}

template <class L>
void use(Member& member, L& lock, Guarded& guarded) {
  while (member.begins("acquire")) {
    if (!acquire_somehow(lock, member.random)) continue;
    const bool is_abandoned = lock.abandoned();
    if (is_abandoned) {
      ++guarded.times_abandoned;
      guarded.holders = 0;
      guarded.fill(0);
    }
    ASSERT_EQ(guarded.holders++, 0) << "not the only one";
    ASSERT_TRUE(guarded.is_whole()) << "left behind by one that was killed, and nobody said so";
    std::uint64_t depth = 1;
    if constexpr (std::is_same_v<L, RLock>) {
      for (const auto most = member.random() % 3; depth <= most; ++depth) lock.acquire();
      ASSERT_EQ(lock.abandoned(), is_abandoned);
    }
    guarded.fill(guarded.numbers[0] + 1);
    ASSERT_EQ(guarded.holders--, 1) << "not the only one";
    for (; depth != 0; --depth) lock.release();
  }
}

template <class L>
void soak(const char* what) {
  soak_for_a_share(what, [](std::uint64_t seed) {
    const Shared<Guarded> guarded;
    L lock;
    Crew crew(seed, {5, [&](Member& member) { use(member, lock, *guarded); }});
    for (int times = 0; times != 2 && !::testing::Test::HasFailure(); ++times) {
      crew.shoot(200ms);
      crew.expect_steps();
    }
    crew.tell_to_leave(0, 5);
    crew.expect_end(0, 5);
    lock.acquire();
    EXPECT_TRUE(lock.abandoned() || guarded->is_whole());
    lock.release();
    EXPECT_LE(guarded->times_abandoned, crew.deaths());
    std::printf("%zu deaths, %zu of them holding it\n", crew.deaths(), guarded->times_abandoned.load());
  });
}

TEST(Soak, LocksTellOfEachHolderThatWasKilled) {
  soak<Lock>("Lock");
  soak<RLock>("RLock");
}

}  // namespace
}  // namespace multiprocessing::tests::lock_soak_test
