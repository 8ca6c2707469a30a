// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <numeric>
#include <vector>

#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::broken_pool_test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t items = 900;

struct Seen {
  std::array<std::atomic<int>, items> runs{};
  std::atomic<bool> starts_fail = false;
};
Seen* seen = nullptr;

int run(int number) {
  ++seen->runs.at(static_cast<std::size_t>(number));
  return number;
}

std::vector<int> numbers() {
  std::vector<int> result(items);
  std::iota(result.begin(), result.end(), 0);
  return result;
}

// After some outcomes were taken: those that come are answers, or say that the pool is broken; and the input is not
// read to its end, which it may not have.
template <class Results>
void expect_rest_ends_early(Results& results, std::size_t taken) {
  std::size_t told = 0;
  for (const auto& outcome : results) {
    ++taken;
    if (outcome) continue;
    ++told;
    EXPECT_NE(outcome.template error_as<BrokenPool>(), nullptr) << outcome.message();
  }
  EXPECT_GE(told, 1U);
  EXPECT_LT(taken, items);
  EXPECT_THROW(results.next(), StopIteration);
}

bool is_broken(Pool& pool) {
  try {
    pool.apply([] {});
    return false;
  } catch (const BrokenPool&) {
    return true;
  }
}

class BrokenPoolInALoop : public ::testing::Test {
 protected:
  BrokenPoolInALoop() {
    seen = shared_.get();
    set_deadline(20s * patience);
  }
  static void expect_no_item_ran_twice() {
    for (std::size_t index = 0; index != items; ++index) EXPECT_LE(seen->runs[index], 1) << index;
  }

 private:
  Shared<Seen> shared_;
};

TEST_F(BrokenPoolInALoop, EndsTheLoopAfterTheForkServerIsLost) {
  Pool pool(1);
  auto results = pool.try_imap(run, numbers());
  EXPECT_EQ(results.next().value(), 0);
  const std::vector<pid_t> workers = pool.worker_pids();
  const std::vector<pid_t> children = children_of(getpid());
  ASSERT_EQ(children.size(), 1U);

  kill(children[0], SIGKILL);
  for (const pid_t worker : workers) EXPECT_TRUE(ends_within(worker, 2s * patience));

  expect_rest_ends_early(results, 1);
  expect_no_item_ran_twice();
}

// Three starts that fail break the pool, whoever else lives.
TEST_F(BrokenPoolInALoop, EndsTheLoopWhileAnotherWorkerLives) {
  const auto initializer = [] {
    if (seen->starts_fail) _exit(1);
  };
  Pool pool({.processes = 2, .initializer = initializer});
  auto results = pool.try_imap(run, numbers(), 1, 20);
  for (int number = 0; number != 100; ++number) EXPECT_EQ(results.next().value(), number);
  const std::vector<pid_t> workers = pool.worker_pids();
  ASSERT_EQ(workers.size(), 2U);

  seen->starts_fail = true;
  kill(workers[1], SIGKILL);
  EXPECT_TRUE(eventually([&] { return is_broken(pool); }));

  expect_rest_ends_early(results, 100);
  expect_no_item_ran_twice();
}

}  // namespace
}  // namespace multiprocessing::tests::broken_pool_test
