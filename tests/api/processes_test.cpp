// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

#include "api/ranges.hpp"
#include "support/child_process.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::processes_test {
namespace {

using namespace std::chrono_literals;

int same(int number) { return number; }

// What a forked child is told when it uses its parent's pool.
template <class Call>
void expect_to_name(pid_t owner, Call call) {
  try {
    call();
    ADD_FAILURE() << "no error in a forked child";
  } catch (const std::logic_error& error) {
    EXPECT_NE(std::string(error.what()).find(std::to_string(owner)), std::string::npos) << error.what();
  }
}

TEST(InheritedPool, CallsNameItsOwnerAndItsDestructorDoesNothing) {
  auto pool = std::make_unique<Pool>(2);
  auto result = pool->apply_async(same, 7);
  auto pending = pool->apply_async([] { pause(); });
  auto results = pool->imap(same, ReadOnce(100));
  EXPECT_EQ(results.next(), 0);
  const pid_t owner = getpid();

  const ChildResult child = run_in_child([&] {
    expect_to_name(owner, [&] { pool->apply(same, 1); });
    expect_to_name(owner, [&] { pool->apply_async(same, 1); });
    expect_to_name(owner, [&] { pool->map(same, {1}); });
    expect_to_name(owner, [&] { pool->map_async(same, {1}); });
    expect_to_name(owner, [&] { pool->imap(same, {1}); });
    expect_to_name(owner, [&] { pool->try_map(same, {1}); });
    expect_to_name(owner, [&] { pool->close(); });
    expect_to_name(owner, [&] { pool->terminate(); });
    expect_to_name(owner, [&] { pool->join(); });
    expect_to_name(owner, [&] { (void)pool->stats(); });
    expect_to_name(owner, [&] { (void)pool->worker_pids(); });
    expect_to_name(owner, [&] { pending.get(); });
    expect_to_name(owner, [&] { pending.wait(); });
    expect_to_name(owner, [&] { results.next(); });
    pool.reset();
    Pool own(1);
    EXPECT_EQ(own.apply(same, 4), 4);
  });

  EXPECT_EQ(child.exit_code, 0) << child;
  EXPECT_EQ(result.get(), 7);
  EXPECT_EQ(results.next(), 1);
  EXPECT_EQ(pool->map(same, {1, 2}), (std::vector{1, 2}));
}

TEST(InheritedPool, InATaskToo) {
  static Pool* outer;
  Pool unused(1);
  outer = &unused;
  Pool pool(1);

  EXPECT_THROW(pool.apply([] { return outer->apply(same, 1); }), std::logic_error);
}

TEST(NestedPools, ATaskMayHaveAPoolOfItsOwn) {
  Pool pool(2);

  const auto sums = pool.map(
      [](int item) {
        Pool own(2);
        long sum = 0;
        for (const int value : own.map([](int number) { return number * 2; }, {item, item + 1}, 1)) sum += value;
        return sum;
      },
      {1, 2, 3}, 1);

  EXPECT_EQ(sums, (std::vector{6L, 10L, 14L}));
}

TEST(NestedPools, ErrorsPassThroughBoth) {
  Pool pool(1);
  const auto outcome = std::move(pool.try_map(
      [](int) {
        ThreadPool threads(2);
        Pool own(1);
        own.apply([] { raise(SIGKILL); });
      },
      {1})[0]);

  ASSERT_NE(outcome.error_as<WorkerLost>(), nullptr) << outcome.message();
  EXPECT_EQ(outcome.error_as<WorkerLost>()->signal(), SIGKILL);
}

TEST(SeveralThreads, MayCallOnePool) {
  Pool pool(2);
  std::vector<std::thread> threads;
  for (int thread = 0; thread != 6; ++thread) {
    threads.emplace_back([&pool, thread] {
      for (int round = 0; round != 50; ++round) {
        const int base = thread * 1000 + round;
        EXPECT_EQ(pool.apply(same, base), base);
        EXPECT_EQ(pool.map(same, {base, base + 1, base + 2}, 1), (std::vector{base, base + 1, base + 2}));
        auto later = pool.apply_async([](std::string text) { return text; }, std::to_string(base));
        auto lazily = pool.imap(same, ReadOnce(20), 2, 5);
        for (int number = 0; number != 10; ++number) EXPECT_EQ(lazily.next(), number);
        EXPECT_EQ(later.get(), std::to_string(base));
        (void)pool.stats();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(pool.stats().queued, 0u);
}

TEST(SeveralThreads, MayMakePoolsAtOnce) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread != 4; ++thread) {
    threads.emplace_back([] {
      for (int round = 0; round != 5; ++round) {
        Pool pool(2);
        EXPECT_EQ(pool.map(same, {1, 2, 3}, 1), (std::vector{1, 2, 3}));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// The program's own exit, with what that does to statics.
template <class Body>
ChildResult end_of_program(Body body) {
  return run_in_child([&] {
    body();
    std::exit(::testing::Test::HasFailure() ? 4 : 3);
  });
}

TEST(EndOfProgram, AStaticPoolHoldsNothingUp) {
  const ChildResult child = end_of_program([] {
    static Pool pool(2);
    static ThreadPool threads(2);
    static SerialPool serial;
    EXPECT_EQ(pool.apply(same, 1) + threads.apply(same, 1) + serial.apply(same, 1), 3);
  });

  EXPECT_EQ(child.exit_code, 3) << child;
  EXPECT_EQ(child.standard_error, "");
  EXPECT_LT(child.took, 10s * patience);
}

TEST(EndOfProgram, WorkThatIsPendingHoldsNothingUp) {
  const ChildResult child = end_of_program([] {
    static Pool pool(2);
    static auto running = pool.map_async([](int) { pause(); }, std::vector<int>(1000), 1);
    static auto lazily = pool.imap([](int) { pause(); }, ReadOnce(1000));
    EXPECT_THROW(lazily.next(1ms), TimeoutError);
  });

  EXPECT_EQ(child.exit_code, 3) << child;
  EXPECT_EQ(child.standard_error, "");
}

TEST(EndOfProgram, ThreadsInGetHoldNothingUp) {
  const ChildResult child = end_of_program([] {
    static const Shared<Event> begun;
    static Event* event;
    event = begun.get();
    static Pool pool(1);
    std::thread([] {
      try {
        pool.apply([] { event->happen(), pause(); });
      } catch (const std::exception&) {
      }
      while (true) pause();
    }).detach();
    begun->wait();
  });

  EXPECT_EQ(child.exit_code, 3) << child;
}

TEST(EndOfProgram, AClosedStaticPoolFinishesItsWork) {
  static std::atomic<int>* runs;
  const Shared<std::atomic<int>> count;
  runs = count.get();
  const ChildResult child = end_of_program([] {
    static Pool pool(2);
    (void)pool.map_async([](int) { ++*runs; }, std::vector<int>(1000), 1);
    pool.close();
  });

  EXPECT_EQ(child.exit_code, 3) << child;
  EXPECT_EQ(*runs, 1000);
}

TEST(EndOfProgram, ATaskThatCallsExitRunsNoneOfTheProgramsHandlers) {
  const ChildResult child = end_of_program([] {
    std::atexit([] { std::puts("goodbye"); });
    Pool pool(1);
    EXPECT_THROW(pool.apply([] { std::exit(5); }), WorkerLost);
  });

  EXPECT_EQ(child.standard_output, "goodbye\n") << child;
}

}  // namespace
}  // namespace multiprocessing::tests::processes_test
