// SPDX-License-Identifier: MIT
#include "process/ledger.hpp"

#include <gtest/gtest.h>
#include <signal.h>

namespace multiprocessing::detail::ledger_test {
namespace {

using Kind = WorkerReport::Kind;

constexpr std::uint32_t bit(int signal) { return std::uint32_t{1} << signal; }

TEST(Ledger, HasNeitherOrdersNorReportsAtFirst) {
  Ledger ledger(2);
  EXPECT_FALSE(ledger.fork_is_due(0, 0));
  EXPECT_FALSE(ledger.quit_is_due());
  EXPECT_FALSE(ledger.next_report());
  EXPECT_EQ(ledger.take_signals(1, 0), 0U);
}

TEST(Ledger, CountsForksOfEachSlot) {
  Ledger ledger(2);
  ledger.order_fork(1);
  ledger.order_fork(1);
  EXPECT_FALSE(ledger.fork_is_due(0, 0));
  EXPECT_TRUE(ledger.fork_is_due(1, 0));
  EXPECT_TRUE(ledger.fork_is_due(1, 1));
  EXPECT_FALSE(ledger.fork_is_due(1, 2));
}

TEST(Ledger, ForksNoSuccessorBeforeTheEndOfTheFormerIsRead) {
  Ledger ledger(1);
  ledger.order_fork(0);
  ledger.report({.kind = Kind::started, .slot = 0, .pid = 11, .status = 0});
  ledger.report({.kind = Kind::ended, .slot = 0, .pid = 11, .status = 9});
  ledger.order_fork(0);

  EXPECT_FALSE(ledger.fork_is_due(0, 1));
  EXPECT_EQ(ledger.next_report()->kind, Kind::started);
  EXPECT_FALSE(ledger.fork_is_due(0, 1));
  EXPECT_EQ(ledger.next_report()->status, 9);
  EXPECT_TRUE(ledger.fork_is_due(0, 1));
}

TEST(Ledger, GivesTheReportsOfAllSlotsOnce) {
  Ledger ledger(3);
  for (const int slot : {2, 0, 1}) ledger.report({.kind = Kind::started, .slot = slot, .pid = 10 + slot, .status = 0});

  int pids = 0;
  for (int i = 0; i != 3; ++i) pids += ledger.next_report()->pid;

  EXPECT_EQ(pids, 33);
  EXPECT_FALSE(ledger.next_report());
}

TEST(Ledger, GivesAllSignalsForAWorkerAtOnceAndOnce) {
  Ledger ledger(1);
  ledger.order_fork(0);
  ledger.order_signal(0, SIGUSR1);
  ledger.order_signal(0, SIGTERM);
  ledger.order_signal(0, SIGTERM);

  EXPECT_EQ(ledger.take_signals(0, 1), bit(SIGUSR1) | bit(SIGTERM));
  EXPECT_EQ(ledger.take_signals(0, 1), 0U);
  ledger.order_signal(0, 31);
  EXPECT_EQ(ledger.take_signals(0, 1), bit(31));
}

TEST(Ledger, KeepsASignalForTheWorkerThatItIsMeantFor) {
  Ledger ledger(1);
  ledger.order_fork(0);
  ledger.order_signal(0, SIGKILL);
  ledger.order_fork(0);
  EXPECT_EQ(ledger.take_signals(0, 2), 0U) << "it was meant for the first";

  ledger.order_signal(0, SIGTERM);
  EXPECT_EQ(ledger.take_signals(0, 1), 0U) << "it is meant for the second";
  EXPECT_EQ(ledger.take_signals(0, 2), bit(SIGTERM));
}

TEST(Ledger, GivesTheAnswerToTheNewestQuestionOnly) {
  using namespace std::chrono_literals;
  Ledger ledger(1);
  EXPECT_EQ(ledger.continued_at(), Clock::time_point()) << "never, as far as is known";
  EXPECT_FALSE(ledger.answer(0, Clock::time_point(5s))) << "nothing was asked";

  ledger.ask_when_continued();
  EXPECT_FALSE(ledger.continued_at());
  const std::uint32_t first = ledger.questions();
  ledger.ask_when_continued();
  EXPECT_TRUE(ledger.answer(first, Clock::time_point(5s)));
  EXPECT_FALSE(ledger.continued_at());
  EXPECT_TRUE(ledger.answer(ledger.questions(), Clock::time_point(7s)));
  EXPECT_EQ(ledger.continued_at(), Clock::time_point(7s));
}

}  // namespace
}  // namespace multiprocessing::detail::ledger_test
