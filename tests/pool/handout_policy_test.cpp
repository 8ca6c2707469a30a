// SPDX-License-Identifier: MIT
#include "pool/parent/handout_policy.hpp"

#include "pool/two_ends.hpp"

namespace multiprocessing::detail::handout_policy_test {
namespace {

using namespace std::chrono_literals;

constexpr int workers = 3;

long same(long item) { return item; }

// What the policy says of workers that are only words in memory.
class Handout : public ::testing::Test {
 protected:
  Handout() {
    for (int slot = 0; slot != workers; ++slot) {
      slots_.emplace_back(block_.channel(slot), slot);
      slots_.back().state = WorkerSlot::State::up;
    }
  }
  Batch batch(double nanoseconds_per_item, std::size_t items, std::size_t chunksize = 0) {
    CallSettings settings;
    settings.chunksize = chunksize;
    const auto call = ends_.call<long>(same, settings);
    call->nanoseconds_per_item() = nanoseconds_per_item;
    return ends_.batch<long>(call, std::vector<long>(items, 7));
  }
  HandoutPolicy policy(std::optional<long> max_tasks_per_child = {}) { return {slots_, max_tasks_per_child}; }
  // As the Dispatcher does it. How many items the worker got.
  std::size_t give(HandoutPolicy& policy, WorkerSlot& slot, Batch& from) {
    const Batch::Extent extent = policy.share(slot, from);
    const bool was_idle = slot.unanswered_items() == 0;
    slot.offer(from.split_front(extent), extent.bytes);
    policy.note_given(slot, extent.items, was_idle);
    return extent.items;
  }
  void park(int slot) { block_.channel(slot).words->parked.store(static_cast<std::uint32_t>(ParkReason::for_frames)); }

  TwoEnds ends_;  // makes the calls
  ChannelBlock block_{workers, std::size_t{64} << 10};
  std::vector<WorkerSlot> slots_;
};

TEST_F(Handout, ItemsOfWhichNothingIsKnownGoToEachIdleWorkerOneByOne) {
  HandoutPolicy policy = this->policy();
  Batch unknown = batch(0, 10);
  std::vector<int> chosen;
  for (int item = 0; item != workers; ++item) {
    WorkerSlot* const slot = policy.choose(unknown);
    ASSERT_NE(slot, nullptr);
    chosen.push_back(slot->index());
    EXPECT_EQ(give(policy, *slot, unknown), 1U);
  }
  EXPECT_EQ(chosen, (std::vector<int>{0, 1, 2}));
}

TEST_F(Handout, NobodyGetsMoreThanOneItemInAdvanceOfWhichNothingIsKnown) {
  HandoutPolicy policy = this->policy();
  Batch unknown = batch(0, 100);
  std::size_t given = 0;
  while (WorkerSlot* const slot = policy.choose(unknown)) given += give(policy, *slot, unknown);
  EXPECT_EQ(given, 2U * workers);
}

TEST_F(Handout, ALongItemGoesToAnIdleWorkerThatIsAwakeBeforeOneThatSleeps) {
  HandoutPolicy policy = this->policy();
  park(0);
  park(2);
  const Batch one = batch(50'000, 1);
  ASSERT_NE(policy.choose(one), nullptr);
  EXPECT_EQ(policy.choose(one)->index(), 1);
}

TEST_F(Handout, ShortItemsStayWithTheWorkerThatIsAwakeUntilWakingAnotherIsWorthIt) {
  HandoutPolicy policy = this->policy();
  park(0);
  park(2);
  Batch short_ones = batch(1000, 1000, 5);
  for (int frame = 0; frame != 4; ++frame) {
    WorkerSlot* const slot = policy.choose(short_ones);
    ASSERT_NE(slot, nullptr);
    EXPECT_EQ(slot->index(), 1) << "20 us of work are not worth waking another";
    EXPECT_EQ(give(policy, *slot, short_ones), 5U);
  }
  WorkerSlot* const next = policy.choose(short_ones);
  ASSERT_NE(next, nullptr);
  EXPECT_NE(next->index(), 1);
}

TEST_F(Handout, AFrameHoldsATenthOfAMillisecondOfWorkButNoMoreItemsThanTheChunk) {
  const HandoutPolicy policy = this->policy();
  EXPECT_EQ(policy.share(slots_[0], batch(1000, 500)).items, 100U);
  EXPECT_EQ(policy.share(slots_[0], batch(1000, 500, 8)).items, 8U);
  EXPECT_EQ(policy.share(slots_[0], batch(1000, 50)).items, 50U);
  EXPECT_EQ(policy.share(slots_[0], batch(3e6, 50)).items, 1U);
}

TEST_F(Handout, NobodyIsChosenWhileEachHasTwoMillisecondsOfWork) {
  HandoutPolicy policy = this->policy();
  Batch many = batch(10'000, 100'000);
  std::size_t given = 0;
  while (WorkerSlot* const slot = policy.choose(many)) given += give(policy, *slot, many);
  EXPECT_GE(given, 200U * workers);
  EXPECT_LE(given, 211U * workers);  // one frame more
}

TEST_F(Handout, AWorkerThatIsNotUpGetsNothing) {
  HandoutPolicy policy = this->policy();
  slots_[0].state = WorkerSlot::State::starting;
  slots_[1].state = WorkerSlot::State::leaving;
  slots_[2].state = WorkerSlot::State::absent;
  EXPECT_EQ(policy.choose(batch(0, 1)), nullptr);
}

TEST_F(Handout, AWorkerThatDidNotClaimWhatItGotWhileIdleIsTheLastChoice) {
  HandoutPolicy policy = this->policy();
  Batch some = batch(0, 10);
  give(policy, slots_[0], some);
  EXPECT_TRUE(policy.should_recall(slots_[0], Clock::now()));
  slots_[0].recall();
  policy.note_recalled(slots_[0]);
  give(policy, slots_[1], some);
  give(policy, slots_[2], some);
  ASSERT_NE(policy.choose(some), nullptr);
  EXPECT_NE(policy.choose(some)->index(), 0) << "though it is idle, and the others are not";
  policy.note_answers(slots_[0], 1, nullptr);
  EXPECT_EQ(policy.choose(some)->index(), 0) << "it has answered since";
}

TEST_F(Handout, WorkIsRecalledOnlyIfItIsLongOrItsWorkerIsStuck) {
  HandoutPolicy policy = this->policy();
  Batch short_ones = batch(1000, 10);
  give(policy, slots_[0], short_ones);
  const Clock::time_point now = Clock::now();
  EXPECT_FALSE(policy.should_recall(slots_[0], now)) << "10 us of work";
  EXPECT_TRUE(policy.should_recall(slots_[0], now + 1h)) << "nothing was answered for an hour";
  EXPECT_FALSE(policy.should_recall(slots_[1], now + 1h)) << "it has nothing";
  Batch longer = batch(5000, 10);
  give(policy, slots_[1], longer);
  EXPECT_TRUE(policy.should_recall(slots_[1], now)) << "50 us of work";
}

TEST_F(Handout, NobodyGetsMoreItemsThanMaxTasksPerChildAllows) {
  HandoutPolicy policy = this->policy(3);
  Batch many = batch(1000, 500);
  EXPECT_FALSE(policy.is_due_to_leave(slots_[0]));
  EXPECT_EQ(give(policy, slots_[0], many), 3U);
  EXPECT_TRUE(policy.is_due_to_leave(slots_[0]));
  WorkerSlot* const other = policy.choose(many);
  ASSERT_NE(other, nullptr);
  EXPECT_NE(other->index(), 0);
}

}  // namespace
}  // namespace multiprocessing::detail::handout_policy_test
