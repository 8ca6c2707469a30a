// SPDX-License-Identifier: MIT
#include "pool/parent/item_timeouts.hpp"

#include "pool/two_ends.hpp"

namespace multiprocessing::detail::item_timeouts_test {
namespace {

using namespace std::chrono_literals;

long same(long item) { return item; }

// Says when the program was continued last, or that it does not know yet. It starts nobody.
class Continued final : public WorkerStarter {
 public:
  void order_fork(int) override {}
  void order_signal(int, int) override {}
  std::optional<WorkerReport> next_report() override { return std::nullopt; }
  std::optional<Clock::time_point> continued_at(Clock::time_point) override { return at; }
  int lost_fd() const override { return -1; }
  void order_quit() override {}
  bool wait_until_gone(Deadline) override { return true; }
  void kill() override {}
  pid_t pid() const override { return 0; }

  std::optional<Clock::time_point> at = Clock::time_point();
};

// One worker that is only words in memory, and an item with a timeout of five seconds.
class ItemTimeoutsOf : public ::testing::Test {
 protected:
  ItemTimeoutsOf() {
    slots_.emplace_back(block_.channel(0), 0);
    slots_[0].state = WorkerSlot::State::up;
    slots_[0].pid = 1;
  }
  void hand_in(ItemTimeouts& timeouts) {
    call_ = ends_.call<long>(same, {.keep = Keep::in_order, .options = &options_});
    Batch batch = ends_.batch<long>(call_, {1});
    timeouts.make_room_for(*call_);
    timeouts.note(*call_);
    slots_[0].offer(std::move(batch), sizeof(long));
  }
  void began(Clock::time_point when) {
    ChannelWords& words = *block_.channel(0).words;
    words.turn.store(Turn{.claimed = 1, .offered = 1}.word());
    words.began_nanoseconds.store(static_cast<std::uint64_t>(when.time_since_epoch() / 1ns));
    words.running.store(RunningWord{1, Phase::running}.word());
  }
  bool is_condemned() const { return slots_[0].must_be_killed(); }

  TwoEnds ends_;  // makes the calls
  ChannelBlock block_{1, 4096};
  std::vector<WorkerSlot> slots_;
  Continued starter_;
  TaskOptions options_{.timeout = 5s};
  std::shared_ptr<GroupCall> call_;
};

TEST_F(ItemTimeoutsOf, AnItemThatHasOutrunItsTimeIsCondemned) {
  ItemTimeouts timeouts(std::nullopt);
  hand_in(timeouts);
  began(Clock::now() - 5s);
  timeouts.enforce(slots_, starter_);
  EXPECT_TRUE(is_condemned());
}

TEST_F(ItemTimeoutsOf, AnItemWithinItsTimeGoesOnAndIsLookedAtAgainAtItsEnd) {
  ItemTimeouts timeouts(std::nullopt);
  hand_in(timeouts);
  const auto began_at = Clock::now() - 4s;
  began(began_at);
  timeouts.enforce(slots_, starter_);
  EXPECT_FALSE(is_condemned());
  EXPECT_EQ(timeouts.next_look(slots_), began_at + 5s);
}

TEST_F(ItemTimeoutsOf, AnItemThatHasNotBegunMayBeginAtOnce) {
  ItemTimeouts timeouts(std::nullopt);
  const auto before = Clock::now();
  hand_in(timeouts);
  const Deadline next = timeouts.next_look(slots_);
  EXPECT_GE(next, before + 5s);
  EXPECT_LE(next, Clock::now() + 5s);
}

TEST_F(ItemTimeoutsOf, TimeForWhichTheProgramWasStoppedDoesNotCount) {
  ItemTimeouts timeouts(std::nullopt);
  hand_in(timeouts);
  began(Clock::now() - 30s);
  starter_.at = Clock::now() - 1s;
  timeouts.enforce(slots_, starter_);
  EXPECT_FALSE(is_condemned());
  EXPECT_EQ(timeouts.next_look(slots_), *starter_.at + 5s);
}

TEST_F(ItemTimeoutsOf, NobodyIsCondemnedWhileItIsNotKnownWhetherTheProgramWasStopped) {
  ItemTimeouts timeouts(std::nullopt);
  hand_in(timeouts);
  began(Clock::now() - 30s);
  starter_.at.reset();
  timeouts.enforce(slots_, starter_);
  EXPECT_FALSE(is_condemned());
  EXPECT_GT(timeouts.next_look(slots_), Clock::now() + 1s) << "the answer comes with a bell, not by looking again";
  starter_.at = Clock::time_point();
  timeouts.enforce(slots_, starter_);
  EXPECT_TRUE(is_condemned());
}

TEST_F(ItemTimeoutsOf, WhatHangsAfterItsAnswerIsStillTimed) {
  ItemTimeouts timeouts(std::nullopt);
  hand_in(timeouts);
  call_->table.put(0, {.kind = ByteAnswer::Kind::value});
  timeouts.note(*call_);
  began(Clock::now() - 5s);
  timeouts.enforce(slots_, starter_);
  EXPECT_TRUE(is_condemned());
}

TEST_F(ItemTimeoutsOf, WithoutAnyTimeoutThereIsNothingToLookFor) {
  const ItemTimeouts timeouts(std::nullopt);
  began(Clock::now() - 30s);
  EXPECT_EQ(timeouts.next_look(slots_), never);
}

TEST_F(ItemTimeoutsOf, AnInitializerThatHasOutrunItsTimeIsMarkedOnceItsWorkerIsForked) {
  ItemTimeouts timeouts(2s);
  slots_[0].state = WorkerSlot::State::starting;
  slots_[0].ordered_at = Clock::now() - 9s;
  slots_[0].pid = 0;
  timeouts.enforce(slots_, starter_);
  EXPECT_FALSE(slots_[0].outran_initializer) << "it is not forked yet";
  EXPECT_EQ(timeouts.next_look(slots_), never) << "its report rings";
  slots_[0].pid = 1;
  slots_[0].forked_at = Clock::now();
  timeouts.enforce(slots_, starter_);
  EXPECT_FALSE(slots_[0].outran_initializer) << "other forks came first";
  slots_[0].forked_at = Clock::now() - 3s;
  EXPECT_EQ(timeouts.next_look(slots_), slots_[0].forked_at + 2s);
  timeouts.enforce(slots_, starter_);
  EXPECT_TRUE(slots_[0].outran_initializer);
}

}  // namespace
}  // namespace multiprocessing::detail::item_timeouts_test
