// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <vector>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/leftovers.hpp"
#include "support/shared.hpp"

// What a finalizer or a callback does wrong while the pool ends or a worker is replaced.
namespace multiprocessing::tests::finalizer_test {
namespace {

using namespace std::chrono_literals;

int negative(int number) { return -number; }

void expect_to_end_in_time(const std::function<void()>& end) {
  const auto before = std::chrono::steady_clock::now();
  end();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 2500ms * patience);
}

TEST(Finalizer, ThatHangsKeepsJoinWaitingUntilTerminate) {
  const Shared<Event> begun;
  Pool pool({.processes = 2, .finalizer = [&] {
               signal(SIGTERM, SIG_IGN);
               begun->happen();
               while (true) pause();
             }});
  EXPECT_EQ(pool.map(negative, {1, 2}), (std::vector{-1, -2}));
  pool.close();
  begun->wait();

  EXPECT_FALSE(pool.join(10ms));
  expect_to_end_in_time([&] { pool.terminate(); });
  EXPECT_TRUE(pool.join(10s * patience));
}

TEST(Finalizer, ThatHangsInAWorkerThatIsRecycledLeavesTheOthersAtWork) {
  const Shared<std::atomic<int>> finalizers;
  Pool pool({.processes = 2,
             .finalizer =
                 [&] {
                   while (++*finalizers == 1) pause();
                 },
             .max_tasks_per_child = 3});

  for (int round = 0; round != 10; ++round) {
    EXPECT_EQ(pool.map(negative, {1, 2, 3, 4}, 1), (std::vector{-1, -2, -3, -4}));
  }

  EXPECT_GT(*finalizers, 2);
  expect_to_end_in_time([&] { pool.terminate(); });
}

TEST(Finalizer, ThatDiesThrowsOrCallsThePoolHoldsNothingUp) {
  static std::unique_ptr<Pool> outer;
  outer = std::make_unique<Pool>(1);
  const std::vector<void (*)()> deeds{[] { raise(SIGKILL); }, [] { _exit(9); }, [] { throw std::range_error("tired"); },
                                      [] { outer->apply(negative, 1); }};
  for (void (*deed)() : deeds) {
    const ChildResult child = run_in_child([deed] {  // what it says goes to standard error
      Pool pool({.processes = 2, .finalizer = deed, .max_tasks_per_child = 5});
      const std::vector<int> items(40, 3);
      EXPECT_EQ(pool.map(negative, items, 1), std::vector<int>(40, -3));
      pool.close();
      EXPECT_TRUE(pool.join(10s * patience));
    });
    EXPECT_EQ(child.exit_code, 0) << child;
  }
  outer.reset();
}

TEST(HangingCallback, HoldsNeitherTerminateNorTheDestructorUp) {
  const Holdings before = Holdings::now();
  std::promise<void> begun;
  std::promise<void> go_on;
  std::promise<void> ended;
  {
    auto pool = std::make_unique<Pool>(2);
    auto result = pool->apply_async(negative, 1);
    result.callback([&](int) {
      begun.set_value();
      go_on.get_future().wait();
      ended.set_value();
    });
    begun.get_future().wait();
    auto pending = pool->apply_async([] { pause(); });
    pending.error_callback([](const std::exception_ptr&) {});

    expect_to_end_in_time([&] { pool->terminate(); });
    EXPECT_FALSE(pool->join(1ms));
    EXPECT_THROW(result.get(1ms), TimeoutError);
    expect_to_end_in_time([&] { pool.reset(); });
  }
  go_on.set_value();
  EXPECT_EQ(ended.get_future().wait_for(10s * patience), std::future_status::ready);
  // What is left of the pool goes with its thread.
  EXPECT_TRUE(eventually([&] { return leftovers_since(before).empty(); }));
}

// One that sits in a call of its own on the pool, on work that terminate() cancels.
TEST(HangingCallback, InACallOnThePoolIsLetGo) {
  const Shared<Event> event;
  static Event* begun;
  begun = event.get();
  Pool pool(2);
  std::promise<bool> cancelled;
  auto result = pool.apply_async(negative, 1).callback([&](int) {
    try {
      pool.apply([] { begun->happen(), pause(); });
      cancelled.set_value(false);
    } catch (const CancelledError&) {
      cancelled.set_value(true);
    }
  });
  begun->wait();

  expect_to_end_in_time([&] { pool.terminate(); });

  EXPECT_TRUE(cancelled.get_future().get());
  EXPECT_EQ(result.get(10s * patience), -1);
}

}  // namespace
}  // namespace multiprocessing::tests::finalizer_test
