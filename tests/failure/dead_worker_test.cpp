// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <functional>

#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::dead_worker_test {
namespace {

constexpr std::size_t items = 100;
using Runs = std::array<std::atomic<int>, items>;

struct Death {
  const char* name;
  std::function<void()> die;
  std::optional<int> signal;
  std::optional<int> exit_code;
};

const std::vector<Death> deaths{
    {"SIGKILL", [] { raise(SIGKILL); }, SIGKILL, {}},
    {"SIGTERM", [] { raise(SIGTERM); }, SIGTERM, {}},
    {"abort", [] { std::abort(); }, SIGABRT, {}},
    {"exit", [] { std::exit(7); }, {}, 7},
    {"exit with success", [] { std::exit(0); }, {}, 0},
    {"_exit", [] { _exit(42); }, {}, 42},
    {"segfault", [] { signal(SIGSEGV, SIG_DFL), raise(SIGSEGV); }, SIGSEGV, {}},
};

// Counts the run, and dies at one item in the way that was chosen.
struct DieAt {
  int item = 0;
  std::size_t way = 0;
  int operator()(int number) const {
    ++runs->at(static_cast<std::size_t>(number));
    if (number == item) deaths.at(way).die();
    return -number;
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(item, way);
  }
  static inline Runs* runs = nullptr;
};

std::vector<int> numbers() {
  std::vector<int> result(items);
  for (std::size_t index = 0; index != items; ++index) result[index] = static_cast<int>(index);
  return result;
}

class DeadWorker : public ::testing::Test {
 protected:
  DeadWorker() { DieAt::runs = runs_.get(); }
  void expect_each_ran_once(const char* name) {
    for (std::size_t index = 0; index != items; ++index)
      EXPECT_EQ((*runs_)[index].exchange(0), 1) << name << ' ' << index;
  }

 private:
  Shared<Runs> runs_;
};

TEST_F(DeadWorker, CostsTheItemThatItRanAndNoOther) {
  Pool pool(2);
  for (std::size_t way = 0; way != deaths.size(); ++way) {
    const Death& death = deaths[way];
    for (const long chunksize : {1L, 7L, 1000L}) {
      ASSERT_TRUE(eventually([&] { return pool.worker_pids().size() == 2; }));
      const auto pids = pool.worker_pids();
      auto outcomes = pool.try_map(DieAt{33, way}, numbers(), chunksize);

      expect_each_ran_once(death.name);
      ASSERT_EQ(outcomes.size(), items);
      for (std::size_t index = 0; index != items; ++index) {
        if (index == 33) continue;
        ASSERT_TRUE(outcomes[index]) << death.name << ' ' << index << ": " << outcomes[index].message();
        EXPECT_EQ(outcomes[index].value(), -static_cast<int>(index));
      }
      const auto* lost = outcomes[33].error_as<WorkerLost>();
      ASSERT_NE(lost, nullptr) << death.name << ": " << outcomes[33].message();
      EXPECT_EQ(lost->signal(), death.signal) << death.name;
      EXPECT_EQ(lost->exit_code(), death.exit_code) << death.name;
      EXPECT_EQ(lost->index(), 33u);
      EXPECT_NE(std::find(pids.begin(), pids.end(), lost->pid()), pids.end());
      EXPECT_NE(std::string(lost->what()).find("item 33"), std::string::npos) << lost->what();
      EXPECT_NE(std::string(lost->what()).find(std::to_string(lost->pid())), std::string::npos) << lost->what();
    }
  }
  EXPECT_EQ(pool.stats().lost, 3 * deaths.size());
}

TEST_F(DeadWorker, IsReplacedAndKeepsItsIndex) {
  Pool pool(1);
  const pid_t first = pool.worker_pids().at(0);

  for (int round = 0; round != 5; ++round) {
    EXPECT_THROW(pool.apply([] { raise(SIGKILL); }), WorkerLost);
    EXPECT_EQ(pool.apply([] { return worker_index().value(); }), 0);
  }

  ASSERT_TRUE(eventually([&] { return pool.worker_pids().size() == 1; }));
  EXPECT_NE(pool.worker_pids().at(0), first);
  EXPECT_FALSE(is_alive(first));
  EXPECT_EQ(pool.stats().workers.at(0).starts, 6u);
}

TEST_F(DeadWorker, RunsTheInitializerAgain) {
  const Shared<std::atomic<int>> initialized;
  Pool pool({.processes = 1, .initializer = [&] { ++*initialized; }});

  EXPECT_THROW(pool.apply([] { _exit(1); }), WorkerLost);
  pool.apply([] {});

  EXPECT_EQ(*initialized, 2);
}

TEST_F(DeadWorker, MapThrowsWorkerLostAfterAllOthersRan) {
  Pool pool(2);
  try {
    pool.map(DieAt{50, 0}, numbers(), 10);
    FAIL();
  } catch (const WorkerLost& error) {
    EXPECT_EQ(error.index(), 50u);
    EXPECT_EQ(error.signal(), SIGKILL);
  }
  expect_each_ran_once("map");

  EXPECT_THROW(pool.map_async(DieAt{50, 3}, numbers(), 10).get(), WorkerLost);
  expect_each_ran_once("map_async");
}

TEST_F(DeadWorker, ImapThrowsInItsPlaceAndGoesOn) {
  Pool pool(2);
  for (const long chunksize : {1L, 7L}) {
    auto results = pool.imap(DieAt{20, 0}, numbers(), chunksize);
    for (int number = 0; number != static_cast<int>(items); ++number) {
      if (number == 20) {
        EXPECT_THROW(results.next(), WorkerLost);
      } else {
        ASSERT_EQ(results.next(), -number);
      }
    }
    EXPECT_THROW(results.next(), StopIteration);
    expect_each_ran_once("imap");

    int lost = 0;
    for (auto& outcome : pool.try_imap_unordered(DieAt{20, 1}, numbers(), chunksize)) {
      if (outcome.error_as<WorkerLost>() == nullptr) continue;
      EXPECT_EQ(outcome.index(), 20u);
      ++lost;
    }
    EXPECT_EQ(lost, 1);
    expect_each_ran_once("imap_unordered");
  }
}

TEST_F(DeadWorker, AsynchronousCallsGetItAtTheirOwn) {
  Pool pool(2);
  std::vector<AsyncResult<int>> results;
  for (int number = 0; number != static_cast<int>(items); ++number) {
    results.push_back(pool.apply_async(DieAt{number % 10 == 3 ? number : -1, 0}, number));
  }

  for (int number = 0; number != static_cast<int>(items); ++number) {
    AsyncResult<int>& result = results[static_cast<std::size_t>(number)];
    if (number % 10 != 3) {
      EXPECT_EQ(result.get(), -number);
      continue;
    }
    try {
      result.get();
      ADD_FAILURE() << number;
    } catch (const WorkerLost& error) {
      EXPECT_EQ(error.index(), static_cast<std::size_t>(number));  // the number of the call
    }
  }
  expect_each_ran_once("apply_async");
}

TEST_F(DeadWorker, ACallbackMaySubmitAgain) {
  Pool pool(1);
  AsyncResult<int> again;
  auto lost = pool.apply_async(DieAt{3, 0}, 3).error_callback([&](const std::exception_ptr&) {
    again = pool.apply_async(DieAt{-1, 0}, 4);
  });

  EXPECT_THROW(lost.get(), WorkerLost);
  EXPECT_EQ(again.get(), -4);
}

TEST_F(DeadWorker, AnIdleOneIsReplacedAndNobodyIsBlamed) {
  Pool pool(2);
  for (int round = 0; round != 10; ++round) {
    for (const pid_t pid : pool.worker_pids()) kill(pid, SIGKILL);
    const auto outcomes = pool.try_map(DieAt{-1, 0}, numbers(), 3);
    for (const auto& outcome : outcomes) EXPECT_TRUE(outcome) << outcome.message();
    expect_each_ran_once("idle");
  }
  EXPECT_EQ(pool.stats().lost, 0u);
}

TEST_F(DeadWorker, AllMayDieAtEveryItem) {
  Pool pool(3);
  const auto outcomes = pool.try_map([](int) { raise(SIGKILL); }, numbers(), 5);

  for (const auto& outcome : outcomes) EXPECT_NE(outcome.error_as<WorkerLost>(), nullptr) << outcome.message();
  EXPECT_EQ(pool.stats().lost, items);
  EXPECT_EQ(pool.apply([] { return 1; }), 1);
}

TEST_F(DeadWorker, AfterCloseTheRestStillEnds) {
  Pool pool(2);
  auto result = pool.map_async(DieAt{60, 0}, numbers(), 4);
  pool.close();
  pool.join();

  EXPECT_TRUE(result.ready());
  EXPECT_THROW(result.get(), WorkerLost);
  expect_each_ran_once("after close");
}

TEST_F(DeadWorker, WhatItHadNotBegunRunsBeforeWhatCameLater) {
  struct Order {
    std::array<std::atomic<int>, items> item{};
    std::atomic<std::size_t> count = 0;
  };
  static Order* order;
  const Shared<Order> shared;
  order = shared.get();
  Pool pool(1);

  // Some are with the worker when it dies, others still in the queue.
  pool.try_map(
      [](int number) {
        order->item.at(order->count++) = number;
        if (number % 10 == 5) raise(SIGKILL);
      },
      numbers(), 1);

  ASSERT_EQ(order->count, items);
  EXPECT_TRUE(std::is_sorted(order->item.begin(), order->item.end()));
}

TEST_F(DeadWorker, WhatItLeftRunningIsEnded) {
  static std::atomic<pid_t>* grandchild;
  const Shared<std::atomic<pid_t>> pid;
  grandchild = pid.get();
  Pool pool(1);

  const auto die_with_child = [] {
    const pid_t child = fork();
    if (child == 0) {
      while (true) pause();
    }
    *grandchild = child;
    raise(SIGKILL);
  };
  EXPECT_THROW(pool.apply(die_with_child), WorkerLost);

  EXPECT_EQ(pool.apply([] { return 1; }), 1);
  EXPECT_TRUE(ends_within(*grandchild, std::chrono::seconds(5 * patience)));
}

}  // namespace
}  // namespace multiprocessing::tests::dead_worker_test
