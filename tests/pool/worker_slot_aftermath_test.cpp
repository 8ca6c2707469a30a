// SPDX-License-Identifier: MIT
#include "pool/worker_slot_steps.hpp"

namespace multiprocessing::detail::worker_slot_aftermath_test {
namespace {

// The words of a worker that died are written here by hand.
std::uint64_t running(std::uint64_t number, Phase phase) { return RunningWord{number, phase}.word(); }

TEST_F(WorkerSlotSteps, AWorkerThatDiedLosesTheItemItHadBegunAndGivesBackTheRest) {
  const auto call = ends.call<long>(step);
  ends.offer(ends.batch<long>(call, {0, 1, 2}));
  ends.offer(ends.batch<long>(call, {3}));
  ends.channel.words->turn.store(Turn{.claimed = 1, .offered = 2}.word());
  ends.channel.words->running.store(running(1, Phase::encoding));

  const WorkerSlot::Remains remains = ends.slot.take_apart(false);

  EXPECT_FALSE(remains.overwritten);
  ASSERT_TRUE(remains.blamed);
  EXPECT_EQ(remains.blamed->first.first, 0U);
  EXPECT_EQ(remains.blamed->first.count, 1U);
  EXPECT_EQ(remains.blamed->second, Phase::encoding);
  ASSERT_EQ(remains.rest.size(), 2U);
  EXPECT_EQ(remains.rest[0].first, 1U);
  EXPECT_EQ(remains.rest[0].count, 2U);
  EXPECT_EQ(remains.rest[1].first, 3U);
}

TEST_F(WorkerSlotSteps, AWorkerThatDiedBetweenTwoItemsIsBlamedForNone) {
  const auto call = ends.call<long>(step);
  ends.offer(ends.batch<long>(call, {0}));
  ends.serve_until_leave();
  ends.slot.recall();
  ends.slot.state = WorkerSlot::State::up;
  ends.offer(ends.batch<long>(call, {1, 2}));

  const WorkerSlot::Remains remains = ends.slot.take_apart(false);

  EXPECT_FALSE(remains.overwritten);
  EXPECT_FALSE(remains.blamed);
  ASSERT_EQ(remains.rest.size(), 1U);
  EXPECT_EQ(remains.rest[0].first, 1U);
  EXPECT_EQ(remains.rest[0].count, 2U);
  EXPECT_EQ(remains.answered_items, 1U);
}

TEST_F(WorkerSlotSteps, ARunningWordThatCannotBeIsAnOverwrittenChannel) {
  for (const std::uint64_t word :
       {running(2, Phase::running), running(1, Phase{5}), running(7, Phase::done), running(1, Phase::none),
        RunningWord{1, Phase::running, true}.word(), ~std::uint64_t{0}}) {
    TwoEnds two;
    const auto call = two.call<long>(step);
    two.offer(two.batch<long>(call, {0, 1}));
    two.channel.words->turn.store(Turn{.claimed = 1, .offered = 1}.word());
    two.channel.words->running.store(word);

    const WorkerSlot::Remains remains = two.slot.take_apart(false);

    EXPECT_TRUE(remains.overwritten) << word;
    EXPECT_FALSE(remains.blamed);
    ASSERT_EQ(remains.rest.size(), 1U);
    EXPECT_EQ(remains.rest[0].count, 2U);
  }
}

// What a worker has begun must not be taken back because it overwrote the word that says so: it would run twice.
TEST_F(WorkerSlotSteps, NothingIsTakenBackThroughATurnThatCannotBe) {
  const auto call = ends.call<long>(step);
  ends.offer(ends.batch<long>(call, {0}));
  ends.offer(ends.batch<long>(call, {1}));
  for (const Turn turn : {Turn{0, 0}, Turn{3, 3}, Turn{2, 1}, Turn{7, 2}, Turn{0xffffffff, 2}}) {
    ends.channel.words->turn.store(turn.word());

    EXPECT_TRUE(ends.slot.recall().empty());
    EXPECT_FALSE(ends.try_collect());
  }
}

TEST_F(WorkerSlotSteps, AnOfferLeavesATurnThatCannotBeToBeNoticed) {
  const auto call = ends.call<long>(step);
  ends.offer(ends.batch<long>(call, {0}));
  ends.channel.words->turn.store(Turn{0, 7}.word());

  ends.offer(ends.batch<long>(call, {1}));

  EXPECT_FALSE(ends.try_collect());
  EXPECT_EQ(ends.slot.unanswered_items(), 2U);
}

TEST_F(WorkerSlotSteps, AWorkerWhoseChannelIsOverwrittenGetsNothingMore) {
  const auto call = ends.call<long>(step);
  ends.offer(ends.batch<long>(call, {0}));
  ends.offer(ends.batch<long>(call, {1}));
  ends.channel.words->committed.store(3);

  EXPECT_FALSE(ends.try_collect());

  EXPECT_TRUE(ends.slot.recall().empty());
  EXPECT_EQ(ends.slot.state, WorkerSlot::State::overwritten);
  EXPECT_FALSE(ends.slot.can_offer(0));
}

}  // namespace
}  // namespace multiprocessing::detail::worker_slot_aftermath_test
