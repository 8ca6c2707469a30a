// SPDX-License-Identifier: MIT
#include "pool/worker_slot.hpp"

#include "pool/two_ends.hpp"

namespace multiprocessing::detail {
namespace {

using Items = std::vector<long>;

// What the parent does while an item runs, and what ran.
std::function<void(long)> meanwhile;
Items ran;

std::string step(long item) {
  ran.push_back(item);
  if (meanwhile) meanwhile(item);
  return std::to_string(item);
}
std::size_t with_state(const std::string& state, long item) {
  step(item);
  return state.size();
}

class WorkerSlotSteps : public ::testing::Test {
 protected:
  ~WorkerSlotSteps() override {
    meanwhile = nullptr;
    ran.clear();
  }
  void expect_answers(const GroupCall& call, const Items& items) {
    ASSERT_EQ(ends.answers.size(), items.size());
    for (std::size_t index = 0; index != items.size(); ++index) {
      EXPECT_EQ(ends.value<std::string>(call, index), std::to_string(items[index]));
    }
  }
  TwoEnds ends;
};

TEST_F(WorkerSlotSteps, FramesAreRunInTheOrderInWhichTheyWereOffered) {
  const auto call = ends.call<long>(step);
  ends.offer(ends.batch<long>(call, {1, 2}));
  ends.offer(ends.batch<long>(call, {3}));
  EXPECT_EQ(ends.slot.unclaimed_frames(), 2U);
  EXPECT_EQ(ends.slot.unanswered_items(), 3U);

  ends.serve_until_leave();

  EXPECT_EQ(ran, (Items{1, 2, 3}));
  expect_answers(*call, {1, 2, 3});
  EXPECT_EQ(ends.slot.unanswered_items(), 0U);
}

TEST_F(WorkerSlotSteps, RecallTakesBackInOrderWhatIsNotClaimed) {
  const auto call = ends.call<long>(step);
  for (long item = 0; item != 4; ++item) ends.offer(ends.batch<long>(call, {item}));
  std::vector<Batch> taken_back;
  meanwhile = [&](long item) {
    if (item != 1) return;
    taken_back = ends.slot.recall();
    ends.slot.offer_leave();
  };

  ends.worker.serve();
  ends.collect();

  ASSERT_EQ(taken_back.size(), 2U);
  EXPECT_EQ(taken_back[0].first, 2U);
  EXPECT_EQ(taken_back[1].first, 3U);
  EXPECT_EQ(ran, (Items{0, 1}));
}

TEST_F(WorkerSlotSteps, RecallOfWhatIsClaimedAlreadyTakesNothing) {
  const auto call = ends.call<long>(step);
  ends.offer(ends.batch<long>(call, {1, 2, 3}));
  std::size_t taken_back = 0;
  meanwhile = [&](long item) {
    taken_back += ends.slot.recall().size();
    if (item == 3) ends.slot.offer_leave();
  };

  ends.worker.serve();
  ends.collect();

  EXPECT_EQ(taken_back, 0U);
  expect_answers(*call, {1, 2, 3});
}

TEST_F(WorkerSlotSteps, AFrameThatIsTakenBackAndOfferedAgainRunsOnce) {
  const auto call = ends.call<long>(step);
  ends.offer(ends.batch<long>(call, {0}));
  ends.offer(ends.batch<long>(call, {1, 2}));
  meanwhile = [&](long item) {
    if (item != 0) return;
    for (int round = 0; round != 1000; ++round) {
      std::vector<Batch> batches = ends.slot.recall();
      ASSERT_EQ(batches.size(), 1U);
      ends.offer(std::move(batches.front()));
    }
    ends.slot.offer_leave();
  };

  ends.worker.serve();
  ends.collect();

  EXPECT_EQ(ran, (Items{0, 1, 2}));
  expect_answers(*call, {0, 1, 2});
}

TEST_F(WorkerSlotSteps, AnotherFrameInThePlaceOfOneThatWasTakenBackRunsInstead) {
  const auto call = ends.call<long>(step);
  ends.offer(ends.batch<long>(call, {0}));
  ends.offer(ends.batch<long>(call, {1}));
  meanwhile = [&](long item) {
    if (item != 0) return;
    ends.slot.recall();
    ends.offer(ends.batch<long>(call, {2, 3}));
    ends.slot.offer_leave();
  };

  ends.worker.serve();
  ends.collect();

  EXPECT_EQ(ran, (Items{0, 2, 3}));
}

TEST_F(WorkerSlotSteps, TheSpaceOfWhatIsTakenBackIsFreeAtOnce) {
  const auto call = ends.call<long>(step);
  while (ends.slot.can_offer(ends.slot.limit_bytes())) ends.offer(ends.batch<long>(call, Items(40, 7)));
  const std::size_t fits = ends.slot.unclaimed_frames();

  ends.slot.recall();

  EXPECT_EQ(ends.slot.unanswered_items(), 0U);
  while (ends.slot.can_offer(ends.slot.limit_bytes())) ends.offer(ends.batch<long>(call, Items(40, 7)));
  EXPECT_EQ(ends.slot.unclaimed_frames(), fits);
  EXPECT_GE(fits, 2U);
}

TEST_F(WorkerSlotSteps, AWorkerThatWasToLeaveStaysWhenThatIsTakenBack) {
  const auto call = ends.call<long>(step);
  ends.offer(ends.batch<long>(call, {0}));
  ends.offer(ends.batch<long>(call, {1}));
  ends.slot.offer_leave();
  EXPECT_EQ(ends.slot.state, WorkerSlot::State::leaving);
  meanwhile = [&](long item) {
    if (item != 0) return;
    std::vector<Batch> batches = ends.slot.recall();
    EXPECT_EQ(batches.size(), 1U);
    EXPECT_EQ(ends.slot.state, WorkerSlot::State::up);
    for (Batch& batch : batches) ends.offer(std::move(batch));
    ends.offer(ends.batch<long>(call, {2}));
    ends.slot.offer_leave();
  };

  ends.worker.serve();
  ends.collect();

  EXPECT_EQ(ran, (Items{0, 1, 2}));
  EXPECT_EQ(ends.slot.state, WorkerSlot::State::leaving);
}

TEST_F(WorkerSlotSteps, StateThatWasTakenBackWithItsFrameIsSentAgain) {
  const auto plain = ends.call<long>(step);
  const auto bound = ends.call<long>(partial(with_state, std::string("abc")));
  ends.offer(ends.batch<long>(plain, {0}));
  ends.offer(ends.batch<long>(bound, {1}));
  EXPECT_EQ(ends.slot.function_bytes(*bound), 0U);
  meanwhile = [&](long item) {
    if (item != 0) return;
    std::vector<Batch> batches = ends.slot.recall();
    EXPECT_NE(ends.slot.function_bytes(*bound), 0U);
    ends.offer(std::move(batches.at(0)));
    ends.offer(ends.batch<long>(bound, {2}));
    ends.slot.offer_leave();
  };

  ends.worker.serve();
  ends.collect();

  EXPECT_EQ(ends.value<std::size_t>(*bound, 0), 3U);
  EXPECT_EQ(ends.value<std::size_t>(*bound, 1), 3U);
}

TEST_F(WorkerSlotSteps, MoreFunctionsWithStateThanPlacesTakeTurns) {
  std::vector<std::shared_ptr<GroupCall>> calls;
  for (std::size_t size = 0; size != 6; ++size)
    calls.push_back(ends.call<long>(partial(with_state, std::string(size, 'x'))));
  std::size_t next = 0;
  const auto offer_next = [&] {
    ends.offer(ends.batch<long>(calls[next % calls.size()], {static_cast<long>(next)}));
    ++next;
  };
  meanwhile = [&](long) {
    ends.collect();
    next == 60 ? ends.slot.offer_leave() : offer_next();
  };
  offer_next();

  ends.worker.serve();
  ends.collect();

  for (std::size_t number = 0; number != 60; ++number) {
    EXPECT_EQ(ends.value<std::size_t>(*calls[number % 6], number / 6), number % 6);
  }
}

// From here on the words of a worker that died are written by hand.
std::uint64_t running(std::uint64_t number, Phase phase) { return number << 8 | static_cast<std::uint64_t>(phase); }

TEST_F(WorkerSlotSteps, AWorkerThatDiedLosesTheItemItHadBegunAndGivesBackTheRest) {
  const auto call = ends.call<long>(step);
  ends.offer(ends.batch<long>(call, {0, 1, 2}));
  ends.offer(ends.batch<long>(call, {3}));
  ends.channel.words->turn.store(Turn{.claimed = 1, .offered = 2}.word());
  ends.channel.words->running.store(running(0, Phase::encoding));

  const WorkerSlot::Aftermath aftermath = ends.slot.take_apart(false);

  EXPECT_FALSE(aftermath.overwritten);
  ASSERT_TRUE(aftermath.blamed);
  EXPECT_EQ(aftermath.blamed->first.first, 0U);
  EXPECT_EQ(aftermath.blamed->first.count, 1U);
  EXPECT_EQ(aftermath.blamed->second, Phase::encoding);
  ASSERT_EQ(aftermath.rest.size(), 2U);
  EXPECT_EQ(aftermath.rest[0].first, 1U);
  EXPECT_EQ(aftermath.rest[0].count, 2U);
  EXPECT_EQ(aftermath.rest[1].first, 3U);
}

TEST_F(WorkerSlotSteps, AWorkerThatDiedBetweenTwoItemsIsBlamedForNone) {
  const auto call = ends.call<long>(step);
  ends.offer(ends.batch<long>(call, {0}));
  ends.serve_until_leave();
  ends.slot.recall();
  ends.slot.state = WorkerSlot::State::up;
  ends.offer(ends.batch<long>(call, {1, 2}));

  const WorkerSlot::Aftermath aftermath = ends.slot.take_apart(false);

  EXPECT_FALSE(aftermath.overwritten);
  EXPECT_FALSE(aftermath.blamed);
  ASSERT_EQ(aftermath.rest.size(), 1U);
  EXPECT_EQ(aftermath.rest[0].first, 1U);
  EXPECT_EQ(aftermath.rest[0].count, 2U);
  EXPECT_EQ(aftermath.answered_items, 1U);
}

TEST_F(WorkerSlotSteps, ARunningWordThatCannotBeIsAnOverwrittenChannel) {
  for (const std::uint64_t word :
       {running(1, Phase::running), running(0, Phase{5}), running(7, Phase::done), ~std::uint64_t{0}}) {
    TwoEnds two;
    const auto call = two.call<long>(step);
    two.offer(two.batch<long>(call, {0, 1}));
    two.channel.words->turn.store(Turn{.claimed = 1, .offered = 1}.word());
    two.channel.words->running.store(word);

    const WorkerSlot::Aftermath aftermath = two.slot.take_apart(false);

    EXPECT_TRUE(aftermath.overwritten) << word;
    EXPECT_FALSE(aftermath.blamed);
    ASSERT_EQ(aftermath.rest.size(), 1U);
    EXPECT_EQ(aftermath.rest[0].count, 2U);
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
}  // namespace multiprocessing::detail
