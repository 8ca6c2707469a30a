// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>

#include "support/shared.hpp"

namespace multiprocessing::tests::retries_test {
namespace {

using Runs = std::array<std::atomic<int>, 32>;
Runs* runs = nullptr;
Event* begun = nullptr;

// Kills its worker the first `deaths` times that an item runs, at every third item.
struct DieOften {
  int deaths = 0;
  int operator()(int item) const {
    const int run = ++(*runs)[static_cast<std::size_t>(item)];
    if (item % 3 == 0 && run <= deaths) raise(SIGKILL);
    return -item;
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(deaths);
  }
};

void run_for_ever(int item) {
  ++(*runs)[static_cast<std::size_t>(item)];
  begun->happen();
  while (true) pause();
}

class Retries : public ::testing::Test {
 protected:
  Retries() {
    runs = runs_.get();
    begun = begun_.get();
    for (int item = 0; item != 32; ++item) items_.push_back(item);
  }
  int runs_of(std::size_t item) { return (*runs_)[item].exchange(0); }
  std::vector<int> items_;

 private:
  Shared<Runs> runs_;
  Shared<Event> begun_;
};

TEST_F(Retries, RunAnItemAgainAfterItsWorkerWasLost) {
  Pool pool(2);
  for (const long chunksize : {1L, 8L}) {
    const auto values = pool.with({.retries = 2}).map(DieOften{2}, items_, chunksize);
    for (std::size_t item = 0; item != items_.size(); ++item) {
      EXPECT_EQ(values[item], -static_cast<int>(item));
      EXPECT_EQ(runs_of(item), item % 3 == 0 ? 3 : 1) << item;
    }
  }
  EXPECT_EQ(pool.stats().lost, 0u);
}

TEST_F(Retries, EndWithTheLastWorkerLost) {
  Pool pool(2);
  const auto outcomes = pool.with({.retries = 2}).try_map(DieOften{100}, items_);
  for (std::size_t item = 0; item != items_.size(); ++item) {
    EXPECT_EQ(static_cast<bool>(outcomes[item]), item % 3 != 0);
    EXPECT_EQ(runs_of(item), item % 3 == 0 ? 3 : 1) << item;
    if (!outcomes[item]) {
      EXPECT_NE(outcomes[item].error_as<WorkerLost>(), nullptr) << outcomes[item].message();
    }
  }
  EXPECT_EQ(pool.stats().lost, 11u);
}

TEST_F(Retries, AreNotForErrorsThatAreThrown) {
  Pool pool(1);
  const auto fail = [](int item) -> int {
    ++(*runs)[static_cast<std::size_t>(item)];
    throw std::runtime_error("no");
  };
  EXPECT_THROW(pool.with({.retries = 5}).apply(fail, 1), std::runtime_error);
  EXPECT_EQ(runs_of(1), 1);
}

TEST_F(Retries, AreNotMadeAfterACancel) {
  Pool pool(1);
  auto result = pool.with({.retries = 5}).apply_async(run_for_ever, 1);
  begun->wait();
  EXPECT_TRUE(result.cancel(Running::kill));
  EXPECT_THROW(result.get(), CancelledError);
  EXPECT_EQ(pool.apply(DieOften{}, 2), -2);
  EXPECT_EQ(runs_of(1), 1);
}

TEST_F(Retries, AreNotMadeOfWhatWasCancelledBeforeItsWorkerWasLost) {
  Pool pool(1);
  auto result = pool.with({.retries = 5}).apply_async(run_for_ever, 1);
  begun->wait();
  EXPECT_FALSE(result.cancel());  // it runs on
  kill(pool.worker_pids().at(0), SIGKILL);
  EXPECT_THROW(result.get(), WorkerLost);
  EXPECT_EQ(pool.apply(DieOften{}, 2), -2);
  EXPECT_EQ(runs_of(1), 1);
}

TEST_F(Retries, HoldForLazyAndAsynchronousCalls) {
  Pool pool(2);
  int item = 0;
  for (const int value : pool.with({.retries = 1}).imap(DieOften{1}, items_, 4)) EXPECT_EQ(value, -item++);
  EXPECT_EQ(item, 32);
  for (auto& count : *runs) count = 0;
  EXPECT_EQ(pool.with({.retries = 1}).apply_async(DieOften{1}, 3).get(), -3);
}

}  // namespace
}  // namespace multiprocessing::tests::retries_test
