// SPDX-License-Identifier: MIT
#include <multiprocessing/thread_pool.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <future>
#include <numeric>
#include <set>
#include <thread>

#include "support/child_process.hpp"
#include "support/deadline.hpp"

namespace multiprocessing::tests {
namespace {

using namespace std::chrono_literals;
using Text = std::string;

// A task that has begun and runs until it is let go.
struct Gate {
  std::promise<void> begun;
  std::promise<void> open;
  std::shared_future<void> opened = open.get_future().share();
  void pass() {
    begun.set_value();
    opened.wait();
  }
};

// 0, 1, 2, … up to `limit`, each in the same place of memory: an input range, which is read once.
class Numbers {
 public:
  explicit Numbers(int limit) : limit_(limit) {}
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = int;
    using difference_type = std::ptrdiff_t;
    explicit iterator(Numbers& numbers) : numbers_(&numbers) {}
    int& operator*() const { return numbers_->next_; }
    iterator& operator++() { return ++numbers_->next_, *this; }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return numbers_->next_ == numbers_->limit_; }

   private:
    Numbers* numbers_;
  };
  iterator begin() { return iterator(*this); }
  std::default_sentinel_t end() const { return {}; }

 private:
  int next_ = 0;
  int limit_;
};

TEST(ThreadPool, MapChangesTheCallersItemsInPlace) {
  ThreadPool pool(2);
  std::vector<int> items(1000);
  std::iota(items.begin(), items.end(), 0);

  pool.map([](int& item) { item *= 2; }, items);

  EXPECT_EQ(items[999], 1998);
  EXPECT_EQ(std::accumulate(items.begin(), items.end(), 0), 999'000);
}

TEST(ThreadPool, ItemsOfAnLvalueRangeAreReferredTo) {
  ThreadPool pool(2);
  const std::vector<Text> items{"a", "b", "c"};

  const auto addresses = pool.map([](const Text& item) { return &item; }, items);
  std::vector<const Text*> lazily;
  for (const Text* address : pool.imap([](const Text& item) { return &item; }, items)) lazily.push_back(address);

  EXPECT_EQ(addresses, (std::vector<const Text*>{&items[0], &items[1], &items[2]}));
  EXPECT_EQ(lazily, addresses);
}

TEST(ThreadPool, ArgumentsOfApplyAreReferredTo) {
  ThreadPool pool(2);
  std::mutex mutex;
  Text text = "a";

  pool.apply(
      [](std::mutex& locked, Text& written, const char* more) {
        const std::lock_guard lock(locked);
        written += more;
      },
      mutex, text, "b");

  EXPECT_EQ(text, "ab");
}

TEST(ThreadPool, PartsOfTuplesAreReferredTo) {
  ThreadPool pool(2);
  std::vector<std::pair<int, Text>> items{{1, "a"}, {2, "b"}};

  const auto sums = pool.starmap([](int number, Text& text) { return text += std::to_string(number), number; }, items);

  EXPECT_EQ(sums, (std::vector<int>{1, 2}));
  EXPECT_EQ(items[1].second, "b2");
}

TEST(ThreadPool, AnAsynchronousCallKeepsCopiesOfItsItems) {
  ThreadPool pool(1);
  Gate gate;
  auto blocked = pool.apply_async([&gate] { gate.pass(); });
  std::vector<Text> items{"a", "b"};

  auto result = pool.map_async([](const Text& item) { return item; }, items);
  items = {"x", "y"};
  gate.open.set_value();

  EXPECT_EQ(result.get(), (std::vector<Text>{"a", "b"}));
}

TEST(ThreadPool, TextArrivesAsAStringAsInAPool) {
  ThreadPool pool(2);
  const auto size = [](const auto& text) { return text.size(); };

  EXPECT_EQ(pool.apply(size, "three"), 5u);
  EXPECT_EQ(pool.map(size, {"a", "bb"}), (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(pool.apply_async(size, "three").get(), 5u);
}

TEST(ThreadPool, AViewOfTheCallersTextStaysValid) {
  ThreadPool pool(2);
  const std::vector<std::string_view> items{"one", "two"};

  const auto views = pool.map([](std::string_view text) { return text.substr(1); }, items);

  EXPECT_EQ(views[1].data(), items[1].data() + 1);
}

TEST(ThreadPool, FunctionsThatTakeRvaluesGetCopiesOrWhatCannotBeCopied) {
  ThreadPool pool(2);
  std::vector<Text> texts{"a"};
  std::vector<std::unique_ptr<int>> pointers;
  pointers.push_back(std::make_unique<int>(7));

  EXPECT_EQ(pool.map([](Text&& text) { return std::move(text); }, texts), texts);
  EXPECT_EQ(*pool.map([](std::unique_ptr<int> pointer) { return pointer; }, std::move(pointers))[0], 7);
  EXPECT_EQ(*pool.apply_async([](std::unique_ptr<int> pointer) { return pointer; }, std::make_unique<int>(8)).get(), 8);
}

TEST(ThreadPool, ItemsOfAnInputRangeAreKeptByValue) {
  ThreadPool pool(2);

  const auto copies = pool.map([](const int& number) { return number; }, Numbers(100));

  ASSERT_EQ(copies.size(), 100u);
  for (int number = 0; number != 100; ++number) EXPECT_EQ(copies[static_cast<std::size_t>(number)], number);
}

TEST(ThreadPool, ErrorsArriveAsTheyWereThrown) {
  ThreadPool pool(2);
  struct Odd {
    int item;
  };

  auto outcomes = pool.try_map([](int item) { return item % 2 == 0 ? item : throw Odd{item}; }, {0, 1, 2, 3}, 2);

  EXPECT_EQ(outcomes[2].value(), 2);
  ASSERT_NE(outcomes[3].error_as<Odd>(), nullptr);
  EXPECT_EQ(outcomes[3].error_as<Odd>()->item, 3);
  EXPECT_EQ(pool.stats().finished, 2u);
  EXPECT_EQ(pool.stats().failed, 2u);
}

TEST(ThreadPool, ACallFromInsideATaskRunsInThatThread) {
  ThreadPool pool(1);

  const auto sums = pool.map(
      [&pool](int item) {
        const auto thread = std::this_thread::get_id();
        const auto nested = pool.map(
            [&](int inner) { return std::this_thread::get_id() == thread && item_index() == std::size_t(inner); },
            {0, 1, 2}, 1);
        for (const bool inline_and_numbered : pool.imap([](bool value) { return value; }, nested)) {
          if (!inline_and_numbered) return -1;
        }
        return pool.apply_async([item] { return item; }).get() + static_cast<int>(*item_index());
      },
      {10, 20});

  EXPECT_EQ(sums, (std::vector<int>{10, 21}));
}

TEST(ThreadPool, EachThreadHasAnIndexAndRunsInitializerAndFinalizerOnce) {
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

TEST(ThreadPool, AnInitializerThatThrowsBreaksThePool) {
  try {
    ThreadPool pool({.processes = 2, .initializer = [] { throw std::range_error("no licence"); }});
    FAIL() << "the pool was made";
  } catch (const BrokenPool& error) {
    EXPECT_NE(describe(std::current_exception()).find("no licence"), Text::npos);
  }
}

TEST(ThreadPool, TerminateDropsWhatIsQueuedAndWaitsForWhatRuns) {
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

TEST(ThreadPool, CloseLetsWhatWasHandedInEnd) {
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

TEST(ThreadPool, ALazyCallGoesOnAfterCloseButNotAfterJoin) {
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

TEST(ThreadPool, LeavingALazyLoopWaitsForWhatRuns) {
  ThreadPool pool(2);
  Gate gate;
  std::atomic<bool> ended = false;
  std::thread opener([&gate] {
    gate.begun.get_future().wait();
    gate.open.set_value();
  });
  {
    auto results = pool.imap(
        [&](int item) {
          if (item == 1) {
            gate.pass();
            ended = true;
          }
          return item;
        },
        Numbers(1'000'000), 1, 2);
    EXPECT_EQ(results.next(), 0);
    opener.join();
  }
  EXPECT_TRUE(ended);
}

TEST(ThreadPool, AnEndlessCallLeavesOtherCallsTheirTurn) {
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

TEST(ThreadPool, SeveralThreadsCallUntilOneTerminates) {
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

TEST(ThreadPool, ATaskMayDropItsOwnPool) {
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

TEST(ThreadPool, ItsThreadsTakeNoSignals) {
  ThreadPool pool(1);
  const bool blocked = pool.apply([] {
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    return sigismember(&mask, SIGINT) == 1 && sigismember(&mask, SIGTERM) == 1;
  });
  EXPECT_TRUE(blocked);
}

TEST(ThreadPool, BelongsToTheProcessThatMadeIt) {
  auto pool = std::make_unique<ThreadPool>(2);
  Gate gate;
  auto running = pool->apply_async([&gate] { gate.pass(); });
  const Text owner = std::to_string(getpid());

  const ChildResult child = run_in_child([&] {
    for (const auto& call : std::vector<std::function<void()>>{
             [&] { pool->map([](int item) { return item; }, {1}); }, [&] { pool->close(); },
             [&] { pool->terminate(); }, [&] { pool->join(); }, [&] { (void)pool->stats(); }, [&] { running.get(); }}) {
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

TEST(ThreadPool, RefusesOptionsOutOfRange) {
  EXPECT_THROW(ThreadPool(0), std::invalid_argument);
  EXPECT_THROW(ThreadPool({.processes = 1, .max_tasks_per_child = 0}), std::invalid_argument);
  ThreadPool pool(1);
  EXPECT_THROW(pool.map([](int item) { return item; }, {1}, 0), std::invalid_argument);
  EXPECT_TRUE(pool.worker_pids().empty());
}

}  // namespace
}  // namespace multiprocessing::tests
