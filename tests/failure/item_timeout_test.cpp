// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::item_timeout_test {
namespace {

using namespace std::chrono_literals;

using Runs = std::array<std::atomic<int>, 64>;
Runs* runs = nullptr;
Event* begun = nullptr;

// Never ends, at the items of which there is one in `hanging`.
struct HangAt {
  std::vector<int> hanging;
  int operator()(int item) const {
    ++(*runs)[static_cast<std::size_t>(item)];
    for (const int each : hanging) {
      while (each == item) pause();
    }
    return -item;
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(hanging);
  }
};
void hang() {
  while (true) pause();
}

std::vector<int> numbers(int count) {
  std::vector<int> result;
  for (int item = 0; item != count; ++item) result.push_back(item);
  return result;
}

class ItemTimeout : public ::testing::Test {
 protected:
  ItemTimeout() { runs = runs_.get(), begun = begun_.get(); }
  template <class Outcomes>
  void expect_only_these_exceeded(const Outcomes& outcomes, const std::vector<int>& these) {
    for (const auto& outcome : outcomes) {
      const int item = static_cast<int>(outcome.index());
      const bool is_one = std::find(these.begin(), these.end(), item) != these.end();
      EXPECT_EQ(static_cast<bool>(outcome), !is_one) << item << ": " << outcome.message();
      EXPECT_EQ((*runs)[outcome.index()].exchange(0), 1) << item;
      if (outcome) continue;
      const auto* error = outcome.template error_as<DeadlineExceeded>();
      ASSERT_NE(error, nullptr) << outcome.message();
      EXPECT_EQ(error->index(), outcome.index());
    }
  }

 private:
  Shared<Runs> runs_;
  Shared<Event> begun_;
};

TEST_F(ItemTimeout, CostsTheItemAndNotItsNeighboursAtAnyChunksize) {
  Pool pool(2);
  for (const long chunksize : {1L, 4L, 64L}) {
    const auto outcomes =
        pool.with({.timeout = 300ms * patience}).try_map(HangAt{{3, 4, 17, 39}}, numbers(40), chunksize);
    ASSERT_EQ(outcomes.size(), 40u);
    expect_only_these_exceeded(outcomes, {3, 4, 17, 39});
  }
}

TEST_F(ItemTimeout, NamesTheItemTheWorkerAndTheTime) {
  Pool pool(1);
  const pid_t pid = pool.worker_pids().at(0);
  try {
    pool.with({.timeout = 50ms}).map(HangAt{{2}}, numbers(4), 4);
    FAIL() << "nothing was thrown";
  } catch (const DeadlineExceeded& error) {
    EXPECT_EQ(error.index(), 2u);
    EXPECT_EQ(error.pid(), pid);
    EXPECT_EQ(error.what(), "item 2 ran longer than its timeout of 0.05 s: worker 0 (pid " + std::to_string(pid) +
                                ") was killed while running it");
    EXPECT_FALSE(is_alive(pid));
  }
}

TEST_F(ItemTimeout, EndsALoopThatPollsAndCatchesTimeoutErrors) {
  Pool pool(1);
  auto result = pool.with({.timeout = 200ms}).apply_async(hang);
  int polls = 0;
  EXPECT_THROW(
      while (true) {
        try {
          result.get(10ms);
        } catch (const TimeoutError&) {
          ++polls;
        }
      },
      DeadlineExceeded);
  EXPECT_GT(polls, 0);
}

TEST_F(ItemTimeout, IsNoticedWhileNobodyWaits) {
  Pool pool(2);
  Shared<std::atomic<bool>> told;
  pool.with({.timeout = 50ms}).apply_async(hang).error_callback([&](std::exception_ptr) { *told = true; });
  EXPECT_TRUE(eventually([&] { return told->load(); }));
  const auto before = pool.worker_pids();
  (void)pool.with({.timeout = 50ms}).apply_async(hang);
  EXPECT_TRUE(eventually([&] {
    return std::any_of(before.begin(), before.end(), [](pid_t pid) { return !is_alive(pid); });
  })) << "its result is dropped, and nobody listens at all";
}

// The collecting thread sleeps without a deadline when the other one hands its item in.
TEST_F(ItemTimeout, OfAnotherThreadsItemIsNoticedByTheOneThatCollects) {
  Pool pool(2);
  std::atomic<bool> waits = false;
  auto long_one = pool.apply_async([] { begun->wait(); });
  std::thread collector([&] {
    waits = true;
    long_one.get();
  });
  EXPECT_TRUE(eventually([&] { return waits.load(); }));
  std::this_thread::sleep_for(20ms);  // most likely it sleeps by now; if not, the test shows less
  Shared<std::atomic<bool>> told;
  pool.with({.timeout = 50ms}).apply_async(hang).error_callback([&](std::exception_ptr) { *told = true; });
  EXPECT_TRUE(eventually([&] { return told->load(); }));
  begun->happen();
  collector.join();
}

TEST_F(ItemTimeout, DoesNotCountTheTimeInTheQueue) {
  Pool pool(1);
  const auto nap = [](int) { std::this_thread::sleep_for(60ms); };
  const auto outcomes = pool.with({.timeout = 500ms * patience}).try_map(nap, numbers(20));
  for (const auto& outcome : outcomes) EXPECT_TRUE(outcome) << outcome.message();
}

TEST_F(ItemTimeout, HoldsForLazyCalls) {
  Pool pool(2);
  std::vector<Outcome<int>> outcomes;
  for (auto& outcome : pool.with({.timeout = 100ms * patience}).try_imap(HangAt{{1, 5}}, numbers(8), 2)) {
    outcomes.push_back(std::move(outcome));
  }
  ASSERT_EQ(outcomes.size(), 8u);
  expect_only_these_exceeded(outcomes, {1, 5});
}

// Hangs while it is read, or while it is written, by a worker.
struct SlowToSend {
  int when = 0;
  template <class Archive>
  void save(Archive& archive) const {
    while (when == 2 && worker_index()) pause();
    archive(when);
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(when);
    while (when == 1 && worker_index()) pause();
  }
};

TEST_F(ItemTimeout, CountsDecodingAndEncoding) {
  Pool pool(2);
  const auto make = [](const SlowToSend& item) { return SlowToSend{item.when + 1}; };
  const auto outcomes =
      pool.with({.timeout = 100ms * patience}).try_map(make, std::vector<SlowToSend>{{5}, {1}, {6}, {0}, {7}});
  EXPECT_TRUE(outcomes[0] && outcomes[2] && outcomes[3] && outcomes[4]);
  EXPECT_NE(outcomes[1].message().find("decoding its argument"), std::string::npos) << outcomes[1].message();
  const auto hangs = [](int) { return SlowToSend{2}; };
  const auto outcome = pool.with({.timeout = 100ms}).try_map(hangs, {1});
  EXPECT_NE(outcome[0].message().find("encoding its result"), std::string::npos) << outcome[0].message();
}

TEST_F(ItemTimeout, OfAnItemLeavesOtherCallsAlone) {
  Pool pool(2);
  std::vector<AsyncResult<int>> others;
  std::vector<AsyncResult<void>> hanging;
  for (int round = 0; round != 8; ++round) {
    hanging.push_back(pool.with({.timeout = 20ms}).apply_async(hang));
    for (int item = 0; item != 8; ++item) others.push_back(pool.apply_async(HangAt{}, round * 8 + item));
  }
  for (auto& result : hanging) EXPECT_THROW(result.get(), DeadlineExceeded);
  for (int item = 0; item != 64; ++item) {
    EXPECT_EQ(others[static_cast<std::size_t>(item)].get(), -item);
    EXPECT_EQ((*runs)[static_cast<std::size_t>(item)], 1);
  }
}

TEST_F(ItemTimeout, IsNotRetried) {
  Pool pool(1);
  const auto outcomes = pool.with({.timeout = 50ms, .retries = 5}).try_map(HangAt{{1}}, numbers(3));
  expect_only_these_exceeded(outcomes, {1});
}

TEST_F(ItemTimeout, OfManyItemsNeverBreaksThePool) {
  Pool pool(1);
  for (int round = 0; round != 5; ++round) EXPECT_THROW(pool.with({.timeout = 5ms}).apply(hang), DeadlineExceeded);
  EXPECT_EQ(pool.apply(HangAt{}, 1), -1);
  const PoolStats stats = pool.stats();
  EXPECT_EQ(stats.failed, 5u);
  EXPECT_EQ(stats.finished, 1u);
}

// What hangs after the answer costs nobody an error, and the worker is replaced all the same.
struct HangsInItsDestructor {
  bool hangs = false;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(hangs);
  }
  HangsInItsDestructor() = default;
  HangsInItsDestructor(HangsInItsDestructor&& other) noexcept : hangs(std::exchange(other.hangs, false)) {}
  ~HangsInItsDestructor() {
    while (hangs && worker_index()) pause();
  }
};

TEST_F(ItemTimeout, EndsADestructorThatHangsAfterTheAnswer) {
  Pool pool(1);
  const auto make = [](int item) {
    ++(*runs)[static_cast<std::size_t>(item)];
    HangsInItsDestructor result;
    result.hangs = item % 2 == 0;
    return result;
  };
  auto outcomes = pool.with({.timeout = 100ms}).try_map(make, numbers(6), 6);
  for (auto& outcome : outcomes) {
    EXPECT_TRUE(outcome) << outcome.message();
    if (outcome) outcome.value().hangs = false;
    EXPECT_EQ((*runs)[outcome.index()], 1);
  }
}

TEST_F(ItemTimeout, MayBeAsLongAsAnything) {
  Pool pool(1);
  EXPECT_EQ(pool.with({.timeout = std::chrono::nanoseconds::max()}).apply(HangAt{}, 1), -1);
  EXPECT_EQ(pool.with({.timeout = std::chrono::hours(24 * 365 * 200)}).apply(HangAt{}, 1), -1);
  EXPECT_EQ(pool.with({.timeout = 60s}).with({.retries = 1}).apply(HangAt{}, 1), -1);
}

TEST_F(ItemTimeout, EndsWhatHangsAfterItsAnswerForTheSakeOfAnotherCall) {
  Pool pool(1);
  const auto make = [](int) {
    HangsInItsDestructor result;
    result.hangs = true;
    return result;
  };
  auto answer = pool.with({.timeout = 100ms}).apply(make, 1);
  answer.hangs = false;
  EXPECT_EQ(pool.apply(HangAt{}, 2), -2) << "which has no timeout itself";
}

// Its death is noticed only after its time is up: it waits for its output, which nobody reads, before it dies.
TEST_F(ItemTimeout, IsNotBlamedForACrashThatCameBefore) {
  Pool pool(1);
  const auto crash = [](int) {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
    dup2(ends[1], STDOUT_FILENO);
    static std::array<char, 1 << 20> buffer;
    const std::string more_than_a_pipe_holds(buffer.size() / 2, 'x');
    setvbuf(stdout, buffer.data(), _IOFBF, buffer.size());
    std::fwrite(more_than_a_pipe_holds.data(), 1, more_than_a_pipe_holds.size(), stdout);
    std::abort();
  };
  EXPECT_THROW(pool.with({.timeout = 300ms}).apply(crash, 1), WorkerLost);
}

}  // namespace
}  // namespace multiprocessing::tests::item_timeout_test
