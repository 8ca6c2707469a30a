// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/deadline.hpp"
#include "support/leftovers.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

// Workers whose initializer throws, dies, hangs or calls the pool: at the start of the pool, and in replacements.
namespace multiprocessing::tests::initializer_test {
namespace {

using namespace std::chrono_literals;

struct Starts {
  std::atomic<int> count = 0;
  std::atomic<bool> fail = false;
  Event never;
};

class Initializer : public ::testing::Test {
 protected:
  Starts& starts() { return *starts_; }
  // What BrokenPool says; empty if the call throws nothing.
  static std::string broken_by(const std::function<void()>& call) {
    try {
      call();
    } catch (const BrokenPool&) {
      return describe(std::current_exception());
    }
    return {};
  }
  // Also those that were on their way when the pool broke.
  void expect_at_most(int most) {
    EXPECT_FALSE(eventually([&] { return starts().count > most; }, 100ms)) << starts().count;
  }

 private:
  Shared<Starts> starts_;
};

const std::vector<void (*)()> deaths{[] { _exit(3); }, [] { raise(SIGKILL); }, [] { std::exit(0); },
                                     [] { raise(SIGTERM); }};

TEST_F(Initializer, ThatAlwaysDiesIsAnErrorAfterAFewStarts) {
  for (const int processes : {1, 2, 16}) {
    for (void (*die)() : deaths) {
      starts().count = 0;
      const Holdings before = Holdings::now();

      const std::string text =
          broken_by([&] { Pool({.processes = processes, .initializer = [&] { ++starts().count, die(); }}); });

      EXPECT_NE(text.find("three workers in a row ended without doing anything"), std::string::npos) << text;
      EXPECT_GE(starts().count, 1);
      EXPECT_LE(starts().count, processes + 2);
      for (const std::string& left : leftovers_since(before)) ADD_FAILURE() << "left: " << left;
    }
  }
}

TEST_F(Initializer, ThatDiesInReplacementsBreaksThePoolAfterAFewStarts) {
  Pool pool({.processes = 2, .initializer = [&] {
               ++starts().count;
               if (starts().fail) _exit(3);
             }});
  starts().fail = true;

  const std::string text = broken_by([&] {
    for (;;) {
      try {
        pool.apply([] { raise(SIGKILL); });
      } catch (const WorkerLost&) {
      }
    }
  });

  EXPECT_NE(text.find("exit code 3"), std::string::npos) << text;
  expect_at_most(2 + 6);
  EXPECT_NE(broken_by([&] { pool.map([](int) {}, {1, 2}); }), "");
}

TEST_F(Initializer, ThatThrowsInAReplacementBreaksThePoolForWhatIsPendingToo) {
  Pool pool({.processes = 1, .initializer = [&] {
               ++starts().count;
               if (starts().fail) throw std::range_error("no licence any more");
             }});
  starts().fail = true;
  auto dies = pool.apply_async([] { raise(SIGKILL); });
  auto waits = pool.map_async([](int) {}, std::vector<int>(100), 1);

  EXPECT_THROW(dies.get(20s * patience), WorkerLost);
  const std::string text = broken_by([&] { waits.get(20s * patience); });

  EXPECT_NE(text.find("its initializer threw"), std::string::npos) << text;
  expect_at_most(2);
}

TEST_F(Initializer, ThatHangsInAReplacementBreaksThePoolWhenItsTimeIsUp) {
  Pool pool({.processes = 1,
             .initializer =
                 [&] {
                   if (starts().count++ != 0) starts().never.wait();
                 },
             .initializer_timeout = 200ms * patience});
  auto dies = pool.apply_async([] { raise(SIGKILL); });
  auto waits = pool.apply_async([] {});

  EXPECT_THROW(dies.get(20s * patience), WorkerLost);
  const std::string text = broken_by([&] { waits.get(20s * patience); });

  EXPECT_NE(text.find("initializer_timeout"), std::string::npos) << text;
}

TEST_F(Initializer, ThatHangsInAReplacementDoesNotHoldTheOtherWorkersOrTheEndUp) {
  Pool pool({.processes = 2, .initializer = [&] {
               if (starts().count++ >= 2) starts().never.wait();
             }});
  EXPECT_THROW(pool.apply([] { raise(SIGKILL); }), WorkerLost);
  ASSERT_TRUE(eventually([&] { return starts().count == 3; }));

  EXPECT_EQ(pool.map([](int number) { return -number; }, {1, 2, 3}, 1), (std::vector{-1, -2, -3}));

  const auto before = std::chrono::steady_clock::now();
  pool.terminate();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 2s * patience);
}

// In a worker the pool is inherited; in one of the first it is not even made.
TEST_F(Initializer, ThatCallsThePoolIsALogicErrorAndNoHang) {
  static std::unique_ptr<Pool> pool;
  pool = std::make_unique<Pool>(1);
  pool->apply([] {});

  const std::string text = broken_by([] { Pool other({.processes = 1, .initializer = [] { pool->apply([] {}); }}); });
  EXPECT_NE(text.find("this pool belongs to process"), std::string::npos) << text;

  static const PoolOptions options{.processes = 1, .initializer = [] {
                                     static Pool nested(1);
                                     nested.apply([] {});
                                   }};
  EXPECT_EQ(Pool(options).apply([] { return 5; }), 5);
  pool.reset();
}

// The end of the time may come at any moment between two looks at it.
TEST_F(Initializer, WhoseTimeIsNearlyAsShortAsItTakesStartsThePoolOrBreaksIt) {
  int broken = 0;
  for (int round = 0; round < 400; round += patience) {
    try {
      const Pool pool(
          {.processes = 1, .initializer = [] {}, .initializer_timeout = std::chrono::microseconds(200 + round)});
    } catch (const BrokenPool&) {
      ++broken;
    }
  }
  RecordProperty("broken", broken);
}

}  // namespace
}  // namespace multiprocessing::tests::initializer_test
