// SPDX-License-Identifier: MIT
#include "soak_caller.hpp"
#include "support/soak_setting.hpp"

#include <array>
#include <cstdio>
#include <deque>

#include "support/deadline.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::soak_test {
namespace {

constexpr std::size_t callers = 3;

// Shoots now and then at workers that have begun an item, or stops one for a while: three failed starts in a row would
// break the pool.
std::size_t shoot(Pool& pool, const std::atomic<bool>& enough) {
  std::size_t shots = 0;
  for (RandomStream random(pool_seed, most_items + callers); !enough;) {
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 30'000));
    const std::vector<pid_t> pids = pool.worker_pids();
    if (pids.empty()) continue;
    const pid_t target = pids[random() % pids.size()];
    if (told->workers_that_ran[static_cast<std::size_t>(target) % told->workers_that_ran.size()] != target) continue;
    if (random() % 3 == 0) {
      kill(target, SIGSTOP);
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 5'000));
      kill(target, SIGCONT);
    } else if (kill(target, SIGKILL) == 0) {
      ++shots;
    }
    EXPECT_EQ(pool.apply([](std::size_t number) { return number; }, shots), shots);
  }
  return shots;
}

// Names the call that does not return; the deadline of the test then ends it.
void watch(const std::deque<Caller>& all, SteadyClock::time_point end, std::atomic<bool>& enough) {
  while (!enough) {
    std::this_thread::sleep_for(20ms);
    if (SteadyClock::now() > end) enough = true;
    for (const Caller& caller : all) {
      if (SteadyClock::now() - caller.since.load() < longest_call) continue;
      hangs(pool_seed, caller.call);
      return;
    }
  }
}

// Work that is handed in as the pool ends.
void end_it(Pool& pool, Caller& caller) {
  if (pool_seed % 2 == 0) {
    pool.close();
    EXPECT_TRUE(pool.join(longest_call));
    const PoolStats stats = pool.stats();
    EXPECT_EQ(stats.queued + stats.running, 0U);
  } else {
    caller.be_cancelled();
  }
}

void run_one_pool(Balance& balance, SteadyClock::time_point end) {
  set_deadline(longest_call * 4);
  const Shared<Told> shared;
  told = shared.get();
  Pool pool(static_cast<int>(RandomStream(pool_seed, most_items)() % 5 + 1));
  std::atomic<Number> numbers = 0;
  std::deque<Caller> all;
  for (std::size_t index = 0; index != callers; ++index)
    all.emplace_back(pool, balance, numbers, most_items + 1 + index);

  std::atomic<bool> enough = false;
  std::size_t shots = 0;
  std::vector<std::thread> threads;
  for (Caller& caller : all) threads.emplace_back([&] { caller.run(enough); });
  threads.emplace_back([&] { shots = shoot(pool, enough); });
  watch(all, std::min(end, SteadyClock::now() + 1s), enough);
  for (std::thread& thread : threads) thread.join();
  end_it(pool, all.front());

  std::size_t shot = 0;
  for (const Caller& caller : all) shot += caller.shot;
  EXPECT_LE(shot, shots);
  // Two, where there were retries: that is looked at item by item.
  for (Number number = 0; number != most_items; ++number) ASSERT_LE(told->runs[number], 2) << "item " << number;
}

TEST(Soak, TheBalanceAddsUpWhateverHappens) {
  const auto end = SteadyClock::now() + soak_duration();
  const std::uint64_t first = first_seed();
  Balance balance{};
  for (pool_seed = first; SteadyClock::now() < end && !HasFailure(); ++pool_seed) run_one_pool(balance, end);

  EXPECT_EQ(balance.sent,
            balance.finished + balance.failed + balance.lost + balance.timed_out + balance.cancelled + balance.unseen);
  std::printf(
      "seeds %llu to %llu: %zu sent = %zu finished + %zu failed + %zu lost + %zu timed out + %zu cancelled + %zu not "
      "asked for\n",
      static_cast<unsigned long long>(first), static_cast<unsigned long long>(pool_seed - 1), balance.sent.load(),
      balance.finished.load(), balance.failed.load(), balance.lost.load(), balance.timed_out.load(),
      balance.cancelled.load(), balance.unseen.load());
}

}  // namespace
}  // namespace multiprocessing::tests::soak_test
