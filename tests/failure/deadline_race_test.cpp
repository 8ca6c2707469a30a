// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <random>

#include "support/deadline.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::deadline_race_test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t races = patience == 1 ? 10'000 : 500;
constexpr std::size_t races_at_once = 250;
constexpr std::chrono::microseconds timeout = 300us * patience;

using Runs = std::array<std::atomic<int>, 2 * races>;
Runs* runs = nullptr;

std::size_t busy_for(std::size_t item, std::chrono::nanoseconds duration) {
  const auto end = std::chrono::steady_clock::now() + duration;
  ++(*runs)[item];
  while (std::chrono::steady_clock::now() < end) {
  }
  return item;
}

class Race : public ::testing::Test {
 protected:
  Race() { runs = runs_.get(); }

  // Racing items, each with an innocent one behind it. `end` is what ends a racing one that does not end by itself.
  template <class Submit, class End>
  void run(Submit submit, End end) {
    Pool pool(2);
    std::mt19937 random(20);
    std::size_t ended = 0;
    for (std::size_t first = 0; first != races; first += races_at_once) {
      std::vector<AsyncResult<std::size_t>> racing;
      std::vector<AsyncResult<std::size_t>> innocent;
      for (std::size_t item = first; item != first + races_at_once; ++item) {
        // Close to the end of its time, on both sides of it.
        const double share = std::uniform_real_distribution(0.93, 1.03)(random);
        racing.push_back(submit(pool, item, std::chrono::nanoseconds(static_cast<long>(timeout / 1ns * share))));
        innocent.push_back(pool.apply_async(busy_for, races + item, 0ns));
      }
      for (std::size_t step = 0; step != racing.size(); ++step) {
        // Some are met while they run, some, from the back, before they have begun.
        const std::size_t index = first / races_at_once % 2 == 0 ? step : racing.size() - 1 - step;
        if (end(racing[index], first + index)) ++ended;
        ASSERT_EQ(innocent[index].get(), races + first + index);
      }
    }
    for (std::size_t item = 0; item != 2 * races; ++item) {
      ASSERT_LE((*runs)[item], 1) << item << " ran twice";
      if (item >= races) {
        ASSERT_EQ((*runs)[item], 1) << item;
      }
    }
    RecordProperty("ended", static_cast<int>(ended));
    EXPECT_GT(ended, 0u);
    EXPECT_LT(ended, races);
    const PoolStats stats = pool.stats();
    EXPECT_EQ(stats.finished, 2 * races - ended);
    EXPECT_EQ(stats.failed, ended);
    EXPECT_EQ(stats.lost, 0u);
  }

 private:
  Shared<Runs> runs_;
};

TEST_F(Race, OfADeadlineWithTheEndOfItsItemNeverHitsAnother) {
  set_deadline(std::chrono::seconds{300 * patience});
  run(
      [](Pool& pool, std::size_t item, std::chrono::nanoseconds duration) {
        return pool.with({.timeout = timeout}).apply_async(busy_for, item, duration);
      },
      [](AsyncResult<std::size_t>& result, std::size_t item) {
        try {
          EXPECT_EQ(result.get(), item);
          return false;
        } catch (const DeadlineExceeded& error) {
          EXPECT_EQ(error.index() % 2, 0u) << "innocent ones have odd numbers";
          EXPECT_EQ(error.index() / 2, item);
          return true;
        }
      });
}

TEST_F(Race, OfACancelWithTheEndOfItsItemNeverHitsAnother) {
  set_deadline(std::chrono::seconds{300 * patience});
  run([](Pool& pool, std::size_t item, auto) { return pool.apply_async(busy_for, item, 20us * patience * patience); },
      [](AsyncResult<std::size_t>& result, std::size_t item) {
        const std::size_t place = item % races_at_once;
        const bool is_cancelled = place % 8 == 1 && result.cancel(place % 16 == 1 ? Running::kill : Running::finish);
        try {
          EXPECT_EQ(result.get(), item);
          EXPECT_FALSE(is_cancelled);
          return false;
        } catch (const CancelledError&) {
          return true;
        }
      });
}

}  // namespace
}  // namespace multiprocessing::tests::deadline_race_test
