// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "support/deadline.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::two_calls_test {
namespace {

using namespace std::chrono_literals;

struct Events {
  Event begun;
  Event go_on;
  Event let_last_go;
  std::atomic<int> present = 0;
};
Events* events = nullptr;

constexpr std::size_t short_items = 2000;

enum class Does { nothing, wait_to_be_let_go, let_go_on, wait_to_go_on };

// One function, since what the pool knows of items' durations, it knows by function.
void act(Does what) {
  if (what == Does::wait_to_be_let_go) events->let_last_go.wait();
  if (what == Does::let_go_on) events->go_on.happen();
  if (what != Does::wait_to_go_on) return;
  events->begun.happen();
  events->go_on.wait();
}

std::size_t items_of(const PoolStats& stats) {
  return stats.queued + stats.running + stats.finished + stats.failed + stats.lost;
}

// A pool that has found its items to be short, and so hands several of them to one worker.
class TwoCalls : public ::testing::Test {
 protected:
  TwoCalls() {
    events = events_.get();
    set_deadline(20s * patience);
  }
  static void run_short_items(Pool& pool) { pool.map(act, std::vector<Does>(short_items, Does::nothing)); }

 private:
  Shared<Events> events_;
};

// The second call's item ends only when the first call has returned.
TEST_F(TwoCalls, TheFirstReturnsWhileAnItemOfTheSecondRunsOnTheSameWorker) {
  Pool pool(1);
  run_short_items(pool);
  std::vector<int> results;
  std::thread first([&] {
    results = pool.map(
        [](int number) {
          std::this_thread::sleep_for(20ms);  // the work: its caller sleeps until the last item is done
          if (number == 6) events->begun.happen();
          if (number == 6) events->go_on.wait();
          return number;
        },
        {1, 2, 3, 4, 5, 6});
    events->let_last_go.happen();
  });
  events->begun.wait();
  std::thread second([&] { pool.apply(act, Does::wait_to_be_let_go); });
  EXPECT_TRUE(eventually([&] { return items_of(pool.stats()) == short_items + 7; }));

  events->go_on.happen();

  first.join();
  second.join();
  EXPECT_EQ(results, (std::vector{1, 2, 3, 4, 5, 6}));
}

// The first call's item ends only when the second call's has run.
TEST_F(TwoCalls, AnAsynchronousItemDoesNotWaitBehindALongOneWhileAWorkerIsIdle) {
  Pool pool(2);
  for (int round = 0; round != 10; ++round) {  // the first call's thread may look, spin or sleep as the second begins
    run_short_items(pool);
    std::thread first([&] { pool.apply(act, Does::wait_to_go_on); });
    events->begun.wait();

    auto second = pool.apply_async(act, Does::let_go_on);
    second.callback([] {});

    first.join();
    second.get();
  }
}

// The first call's item ends only when the second call's has arrived, which is larger than a ring. The first call's
// thread may look, spin or sleep as its bytes begin to travel.
TEST_F(TwoCalls, ALargeItemArrivesWhileTheThreadOfTheOtherSleeps) {
  Pool pool(2);
  const std::string large(2'000'000, 'x');
  for (int round = 0; round != 60; ++round) {
    std::thread first([&] { pool.apply(act, Does::wait_to_go_on); });
    events->begun.wait();
    for (int made = 0; made != round % 4; ++made) pool.apply(act, Does::nothing);

    pool.apply([](const std::string&) { events->go_on.happen(); }, large);

    first.join();
  }
}

// Short as a rule; but the last ones end only when all of them run at once.
TEST_F(TwoCalls, ItemsThatWaitForEachOtherAllGetAWorker) {
  constexpr int workers = 5;
  Pool pool(workers);
  const auto meet = [](int) {
    ++events->present;
    while (events->present % workers != 0) std::this_thread::yield();
  };
  for (int round = 0; round != 50; ++round) pool.map(meet, std::vector<int>(workers), 1);
}

}  // namespace
}  // namespace multiprocessing::tests::two_calls_test
