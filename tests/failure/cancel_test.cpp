// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>

#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::cancel_test {
namespace {

using namespace std::chrono_literals;

struct Seen {
  std::array<std::atomic<int>, 64> runs;
  Event begun;
  Event go_on;
};
Seen* seen = nullptr;

int wait_for_go(int item) {
  ++seen->runs[static_cast<std::size_t>(item)];
  seen->begun.happen();
  seen->go_on.wait();
  return -item;
}
int run_at_once(int item) {
  ++seen->runs[static_cast<std::size_t>(item)];
  return -item;
}

class Cancel : public ::testing::Test {
 protected:
  Cancel() { seen = seen_.get(); }

 private:
  Shared<Seen> seen_;
};

TEST_F(Cancel, OfQueuedWorkIsTrueAndItNeverRuns) {
  Pool pool(1);
  auto first = pool.apply_async(wait_for_go, 0);
  seen->begun.wait();
  auto second = pool.apply_async(run_at_once, 1);
  auto many = pool.map_async(run_at_once, {2, 3, 4});

  EXPECT_TRUE(second.cancel());
  EXPECT_TRUE(many.cancel());
  EXPECT_TRUE(second.ready());
  EXPECT_THROW(second.get(), CancelledError);
  EXPECT_THROW(many.get(), CancelledError);
  seen->go_on.happen();
  EXPECT_EQ(first.get(), 0);
  EXPECT_EQ(pool.apply(run_at_once, 5), -5);
  for (const std::size_t item : {1u, 2u, 3u, 4u}) EXPECT_EQ(seen->runs[item], 0) << item;
}

TEST_F(Cancel, OfWhatRunsIsFalseAndItGoesOn) {
  Pool pool(1);
  auto result = pool.apply_async(wait_for_go, 7);
  seen->begun.wait();

  EXPECT_FALSE(result.cancel());
  EXPECT_FALSE(result.ready());
  seen->go_on.happen();
  EXPECT_EQ(result.get(), -7);
}

TEST_F(Cancel, OfAMapThatRunsWithdrawsTheRestOfIt) {
  Pool pool(2);
  auto result = pool.map_async(wait_for_go, std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}, 2);
  seen->begun.wait();
  seen->begun.wait();

  EXPECT_FALSE(result.cancel());
  seen->go_on.happen();
  seen->go_on.happen();
  EXPECT_THROW(result.get(), CancelledError);
  int runs = 0;
  for (const auto& count : seen->runs) runs += count;
  EXPECT_EQ(runs, 2);
}

TEST_F(Cancel, WithKillEndsWhatRunsAndGetThrowsAtOnce) {
  Pool pool(2);
  const auto pids = pool.worker_pids();
  auto result = pool.map_async(wait_for_go, std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
  seen->begun.wait();
  seen->begun.wait();

  EXPECT_TRUE(result.cancel(Running::kill));
  EXPECT_TRUE(result.ready());
  EXPECT_THROW(result.get(), CancelledError);
  for (const pid_t pid : pids) EXPECT_FALSE(is_alive(pid));
  EXPECT_EQ(pool.map(run_at_once, {10, 11}), (std::vector<int>{-10, -11}));
}

TEST_F(Cancel, WithKillLeavesTheWorkersOfOthersAlone) {
  Pool pool(2);
  auto mine = pool.apply_async(wait_for_go, 0);
  seen->begun.wait();
  auto other = pool.apply_async(wait_for_go, 1);
  seen->begun.wait();
  auto behind = pool.apply_async(run_at_once, 2);

  EXPECT_TRUE(mine.cancel(Running::kill));
  EXPECT_EQ(behind.get(), -2) << "by the replacement";
  EXPECT_FALSE(other.ready());
  seen->go_on.happen();
  EXPECT_EQ(other.get(), -1);
  for (const std::size_t item : {0u, 1u, 2u}) EXPECT_EQ(seen->runs[item], 1) << item;
}

TEST_F(Cancel, OfWhatHasEndedIsFalseAndChangesNothing) {
  Pool pool(1);
  auto result = pool.apply_async(run_at_once, 3);
  result.wait();
  EXPECT_FALSE(result.cancel());
  EXPECT_FALSE(result.cancel(Running::kill));
  EXPECT_EQ(result.get(), -3);
  EXPECT_THROW(result.cancel(), std::logic_error) << "it has been used up";

  auto failed = pool.apply_async([]() -> int { throw std::runtime_error("no"); });
  failed.wait();
  EXPECT_FALSE(failed.cancel(Running::kill));
  auto terminated = pool.apply_async(wait_for_go, 1);
  pool.terminate();
  EXPECT_FALSE(terminated.cancel(Running::kill));
  EXPECT_THROW(terminated.get(), CancelledError);
}

TEST_F(Cancel, RunsTheErrorCallback) {
  Pool pool(1);
  auto first = pool.apply_async(wait_for_go, 0);
  seen->begun.wait();
  std::string told;
  auto second =
      pool.apply_async(run_at_once, 1).error_callback([&](std::exception_ptr error) { told = describe(error); });
  EXPECT_TRUE(second.cancel());
  EXPECT_THROW(second.get(), CancelledError);
  EXPECT_EQ(told, "the work was cancelled before it had begun");
  seen->go_on.happen();
  first.get();
}

TEST_F(Cancel, MayBeCalledByACallbackOrAnotherThread) {
  Pool pool(2);
  auto victim = pool.apply_async(wait_for_go, 0);
  seen->begun.wait();
  bool cancelled = false;
  pool.apply_async(run_at_once, 1).callback([&](int) { cancelled = victim.cancel(Running::kill); }).get();
  EXPECT_TRUE(cancelled);
  EXPECT_THROW(victim.get(), CancelledError);

  auto waited_for = pool.apply_async(wait_for_go, 2);
  seen->begun.wait();
  auto other = pool.apply_async(wait_for_go, 3);
  seen->begun.wait();
  std::thread waiting([&] { EXPECT_EQ(waited_for.get(), -2); });
  EXPECT_TRUE(other.cancel(Running::kill)) << "while another thread collects";
  seen->go_on.happen();
  waiting.join();
}

// Three workers in a row that died without having done anything would break a pool: these were killed on purpose.
TEST_F(Cancel, AgainAndAgainNeverBreaksThePool) {
  Pool pool(1);
  for (int round = 0; round != 20; ++round) {
    auto result = pool.apply_async(wait_for_go, round);
    if (round % 2 != 0) seen->begun.wait();
    EXPECT_TRUE(result.cancel(Running::kill)) << round;
    EXPECT_THROW(result.get(), CancelledError);
  }
  EXPECT_EQ(pool.apply(run_at_once, 30), -30);
}

TEST_F(Cancel, WithKillEndsATransferInEitherDirection) {
  Pool pool(1);
  const auto swallow = [](const std::string& text) { return text.size(); };
  const auto make = [](std::size_t size) { return std::string(size, 'x'); };
  for (int round = 0; round != 10; ++round) {
    auto in = pool.apply_async(swallow, std::string(20'000'000, 'x'));
    if (in.cancel(Running::kill)) {
      EXPECT_THROW(in.get(), CancelledError);
    }
    auto out = pool.apply_async(make, std::size_t{20'000'000});
    if (out.cancel(Running::kill)) {
      EXPECT_THROW(out.get(), CancelledError);
    }
    EXPECT_EQ(pool.apply(make, std::size_t{3}), "xxx");
  }
}

TEST(CancelOfThreads, WithdrawsWhatHasNotBegunAndCannotKill) {
  Shared<Seen> shared;
  seen = shared.get();
  ThreadPool pool(1);
  auto first = pool.apply_async(wait_for_go, 0);
  seen->begun.wait();
  auto second = pool.map_async(run_at_once, {1, 2});
  EXPECT_TRUE(second.cancel());
  EXPECT_THROW(second.get(), CancelledError);
  EXPECT_FALSE(first.cancel());
  EXPECT_THROW(first.cancel(Running::kill), std::logic_error);
  seen->go_on.happen();
  EXPECT_EQ(first.get(), 0);
  EXPECT_EQ(seen->runs[1], 0);
}

TEST(CancelOfSerialPool, HasNothingToWithdraw) {
  SerialPool pool;
  auto result = pool.apply_async([] { return 4; });
  EXPECT_FALSE(result.cancel());
  EXPECT_THROW(result.cancel(Running::kill), std::logic_error);
  EXPECT_EQ(result.get(), 4);
}

}  // namespace
}  // namespace multiprocessing::tests::cancel_test
