// SPDX-License-Identifier: MIT
#include <multiprocessing/condition.hpp>

#include <gtest/gtest.h>

#include <array>
#include <mutex>

#include "support/crew.hpp"
#include "support/shared.hpp"
#include "support/soak_setting.hpp"

namespace multiprocessing::tests::condition_soak_test {
namespace {

using namespace std::chrono_literals;

// A store of consecutive numbers, which is whole when nobody is in the middle of changing it.
struct Store {
  static constexpr std::uint64_t room = 3;
  volatile std::uint64_t put;
  volatile std::uint64_t taken;
  std::array<volatile std::uint64_t, room> numbers;
  volatile std::uint64_t changes_begun;
  volatile std::uint64_t changes_done;
  volatile bool is_closed;
  volatile std::uint64_t times_abandoned;

  bool is_whole() const {
    bool whole = changes_begun == changes_done && put - taken <= room;
    for (std::uint64_t number = taken; whole && number != put; ++number) whole = numbers[number % room] == number;
    return whole;
  }
  void repair() {
    times_abandoned = times_abandoned + 1;
    taken = put + room;
    put = put + room;
    changes_begun = changes_done;
  }
};

// To be called whenever the lock was acquired. Who was killed may have taken a notification with it.
void look_after(Condition& condition, Store& store) {
  if (condition.abandoned()) {
    store.repair();
    condition.notify_all();
  }
  ASSERT_TRUE(store.is_whole()) << "left behind by one that was killed, and nobody said so";
}

template <class Holds>
bool wait_somehow(Member& member, Condition& condition, Store& store, Holds holds) {
  const auto holds_now = [&] {
    look_after(condition, store);
    return ::testing::Test::HasFailure() || holds();
  };
  if (member.random() % 4 != 0) return condition.wait_for(holds_now);
  return condition.wait_for(holds_now, std::chrono::microseconds(member.random() % 2'000));
}

void notify_somehow(Member& member, Condition& condition) {
  // Putters and takers wait for the same condition, so that a single notification may go to one whom it does not help:
  // then nobody else is told. So it goes to as many as may have to hear of it.
  if (member.random() % 2 == 0) return condition.notify_all();
  condition.notify(5);
}

void put(Member& member, Condition& condition, Store& store) {
  while (member.begins("put")) {
    const std::unique_lock hold(condition);
    if (!wait_somehow(member, condition, store, [&] { return store.put - store.taken < Store::room; })) continue;
    store.changes_begun = store.changes_begun + 1;
    store.numbers[store.put % Store::room] = store.put;
    store.put = store.put + 1;
    store.changes_done = store.changes_done + 1;
    notify_somehow(member, condition);
  }
}

void take(Member& member, Condition& condition, Store& store) {
  while (member.begins("take")) {
    const std::unique_lock hold(condition);
    if (!wait_somehow(member, condition, store, [&] { return store.is_closed || store.put != store.taken; })) continue;
    if (store.put == store.taken) return;
    store.changes_begun = store.changes_begun + 1;
    ASSERT_EQ(store.numbers[store.taken % Store::room], store.taken);
    store.taken = store.taken + 1;
    store.changes_done = store.changes_done + 1;
    notify_somehow(member, condition);
  }
}

TEST(Soak, ConditionsLeaveNobodyWaiting) {
  soak_for_a_share("Condition", [](std::uint64_t seed) {
    const Shared<Store> store;
    Condition condition = seed % 2 == 0 ? Condition(Lock()) : Condition();
    const auto putter = [&](Member& member) { put(member, condition, *store); };
    const auto taker = [&](Member& member) { take(member, condition, *store); };
    Crew crew(seed, {putter, putter, taker, taker, taker});
    for (int times = 0; times != 2 && !HasFailure(); ++times) {
      crew.shoot(200ms);
      crew.expect_steps();
    }
    crew.tell_to_leave(0, 2);
    crew.expect_end(0, 2);
    {
      const std::scoped_lock hold(condition);
      store->is_closed = true;
      condition.notify_all();
    }
    crew.expect_end(2, 3);
    EXPECT_EQ(store->put, store->taken);
    EXPECT_LE(store->times_abandoned, crew.deaths() * 2);
    std::printf("%zu deaths, %zu of them holding the lock, %zu taken\n", crew.deaths(),
                static_cast<std::size_t>(store->times_abandoned), static_cast<std::size_t>(store->taken));
  });
}

}  // namespace
}  // namespace multiprocessing::tests::condition_soak_test
