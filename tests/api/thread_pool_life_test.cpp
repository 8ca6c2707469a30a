// SPDX-License-Identifier: MIT
#include <multiprocessing/thread_pool.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <set>
#include <thread>

#include "api/gate.hpp"
#include "api/numbers.hpp"
#include "support/child_process.hpp"
#include "support/deadline.hpp"

namespace multiprocessing::tests::thread_pool_life_test {
namespace {

using namespace std::chrono_literals;
using Text = std::string;

TEST(ThreadPoolLife, EachThreadHasAnIndexAndRunsInitializerAndFinalizerOnce) {
  std::mutex mutex;
  std::multiset<int> initialized;
  std::multiset<int> finalized;
  const auto note = [&mutex](std::multiset<int>& indices) {
    const std::lock_guard lock(mutex);
    indices.insert(worker_index().value());
  };
  {
    ThreadPool pool({.processes = 3, .initializer = [&] { note(initialized); }, .finalizer = [&] { note(finalized); }});
    EXPECT_EQ(initialized, (std::multiset<int>{0, 1, 2}));
    for (const int index : pool.map([](int) { return worker_index().value(); }, std::vector<int>(100))) {
      EXPECT_LT(index, 3);
    }
  }
  EXPECT_EQ(finalized, (std::multiset<int>{0, 1, 2}));
  EXPECT_EQ(worker_index(), std::nullopt);
  EXPECT_EQ(item_index(), std::nullopt);
}

TEST(ThreadPoolLife, AnInitializerThatThrowsBreaksThePool) {
  try {
    ThreadPool pool({.processes = 2, .initializer = [] { throw std::range_error("no licence"); }});
    FAIL() << "the pool was made";
  } catch (const BrokenPool& error) {
    EXPECT_NE(describe(std::current_exception()).find("no licence"), Text::npos);
  }
}

TEST(ThreadPoolLife, TerminateDropsWhatIsQueuedAndWaitsForWhatRuns) {
  ThreadPool pool(1);
  Gate gate;
  auto running = pool.apply_async([&gate] { return gate.pass(), 1; });
  auto queued = pool.map_async([](int item) { return item; }, {1, 2, 3}, 1);
  gate.begun.get_future().wait();

  std::thread terminator([&pool] { pool.terminate(); });
  EXPECT_THROW(queued.get(), CancelledError);  // while the first task still runs
  EXPECT_FALSE(running.ready());
  gate.open.set_value();
  terminator.join();

  EXPECT_TRUE(running.ready());
  EXPECT_EQ(running.get(), 1);
  EXPECT_EQ(pool.stats().failed, 3u);
  EXPECT_THROW(pool.apply([] {}), std::logic_error);
}

TEST(ThreadPoolLife, CloseLetsWhatWasHandedInEnd) {
  ThreadPool pool(2);
  EXPECT_THROW(pool.join(), std::logic_error);
  Gate gate;
  auto result = pool.apply_async([&gate] { return gate.pass(), 1; });

  pool.close();
  EXPECT_THROW(pool.map([](int item) { return item; }, {1}), std::logic_error);
  EXPECT_FALSE(pool.join(1ms));
  gate.open.set_value();
  EXPECT_TRUE(pool.join(20s * patience));

  EXPECT_EQ(result.get(), 1);
}

TEST(ThreadPoolLife, ALazyCallGoesOnAfterCloseButNotAfterJoin) {
  ThreadPool pool(2);
  int next = 0;
  auto results = pool.imap([](int item) { return item; }, Numbers(100), 1, 2);

  EXPECT_EQ(results.next(), next++);
  pool.close();
  while (next != 50) EXPECT_EQ(results.next(), next++);
  pool.join();

  EXPECT_EQ(results.next(), 50);  // was read ahead
  EXPECT_THROW(results.next(), CancelledError);
}

TEST(ThreadPoolLife, LeavingALazyLoopWaitsForWhatRuns) {
  ThreadPool pool(2);
  Gate gate;
  std::atomic<bool> ended = false;
  {
    auto results = pool.imap(
        [&](int item) {
          if (item == 1) {
            gate.pass();
            std::this_thread::sleep_for(50ms);  // the work of an item that is left behind
            ended = true;
          }
          return item;
        },
        Numbers(1'000'000), 1, 2);
    EXPECT_EQ(results.next(), 0);
    gate.begun.get_future().wait();
    gate.open.set_value();
  }
  EXPECT_TRUE(ended);
}

TEST(ThreadPoolLife, AnEndlessCallLeavesOtherCallsTheirTurn) {
  ThreadPool pool(1);
  std::atomic<bool> answered = false;
  std::thread consumer([&] {
    for (const int item : pool.imap([](int item) { return item; }, Numbers(-1), 1, 64)) {
      if (answered || item < 0) break;
    }
  });

  for (int call = 0; call != 10; ++call) EXPECT_EQ(pool.apply([call] { return call; }), call);
  answered = true;
  consumer.join();
}

TEST(ThreadPoolLife, SeveralThreadsCallUntilOneTerminates) {
  for (int round = 0; round != 20; ++round) {
    ThreadPool pool(2);
    std::atomic<int> calls = 0;
    std::vector<std::thread> callers;
    for (int number = 0; number != 3; ++number) {
      callers.emplace_back([&] {
        try {
          while (true) {
            ++calls;
            EXPECT_EQ(pool.map([](int item) { return item + 1; }, {1, 2, 3}, 1), (std::vector<int>{2, 3, 4}));
            EXPECT_EQ(pool.apply_async([](Text text) { return text; }, "a").get(), "a");
          }
        } catch (const CancelledError&) {
        } catch (const std::logic_error&) {
        }
      });
    }
    while (calls < 50) std::this_thread::yield();
    pool.terminate();
    for (std::thread& caller : callers) caller.join();
    const PoolStats stats = pool.stats();
    EXPECT_EQ(stats.queued + stats.running, 0u);
  }
}

TEST(ThreadPoolLife, ATaskMayDropItsOwnPool) {
  auto pool = std::make_unique<ThreadPool>(2);
  std::promise<void> made;
  auto result = pool->apply_async([&, ready = made.get_future().share()] {
    ready.wait();
    pool.reset();
  });
  made.set_value();
  result.get();
  EXPECT_EQ(pool, nullptr);
}

// It looks for calls to drop, while its thread lets go of calls that are dropped already, the last of their owners.
TEST(ThreadPoolLife, EndsWhileItsThreadLetsGoOfCancelledCalls) {
  set_deadline(60s * patience);
  for (int round = 0; round != 500; ++round) {
    Gate gate;
    ThreadPool pool(1);
    const auto first = pool.apply_async([&] { gate.pass(); });
    gate.begun.get_future().wait();
    {
      std::vector<AsyncResult<int>> results;
      for (int number = 0; number != 200; ++number) results.push_back(pool.apply_async([] { return 1; }));
      for (AsyncResult<int>& result : results) result.cancel();
    }
    gate.open.set_value();
  }
}

TEST(ThreadPoolLife, ItsThreadsTakeNoSignals) {
  ThreadPool pool(1);
  const bool blocked = pool.apply([] {
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    return sigismember(&mask, SIGINT) == 1 && sigismember(&mask, SIGTERM) == 1;
  });
  EXPECT_TRUE(blocked);
}

TEST(ThreadPoolLife, BelongsToTheProcessThatMadeIt) {
  auto pool = std::make_unique<ThreadPool>(2);
  Gate gate;
  auto running = pool->apply_async([&gate] { gate.pass(); });
  const Text owner = std::to_string(getpid());

  const ChildResult child = run_in_child([&] {
    for (const auto& call : std::vector<std::function<void()>>{
             [&] { pool->map([](int item) { return item; }, {1}); }, [&] { pool->close(); }, [&] { pool->terminate(); },
             [&] { pool->join(); }, [&] { (void)pool->stats(); }, [&] { running.get(); }}) {
      try {
        call();
        ADD_FAILURE() << "no error in a forked child";
      } catch (const std::logic_error& error) {
        EXPECT_NE(Text(error.what()).find(owner), Text::npos) << error.what();
      }
    }
    running = {};
    pool.reset();
  });

  EXPECT_EQ(child.exit_code, 0);
  gate.open.set_value();
  running.get();
  EXPECT_EQ(pool->apply([] { return 1; }), 1);
}

TEST(ThreadPoolLife, RefusesOptionsOutOfRange) {
  EXPECT_THROW(ThreadPool(0), std::invalid_argument);
  EXPECT_THROW(ThreadPool({.processes = 1, .max_tasks_per_child = 0}), std::invalid_argument);
  ThreadPool pool(1);
  EXPECT_THROW(pool.map([](int item) { return item; }, {1}, 0), std::invalid_argument);
  EXPECT_TRUE(pool.worker_pids().empty());
}

}  // namespace
}  // namespace multiprocessing::tests::thread_pool_life_test
