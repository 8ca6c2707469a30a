// SPDX-License-Identifier: MIT
#include "pool/worker_slot_steps.hpp"

namespace multiprocessing::detail::worker_slot_test {
namespace {

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

}  // namespace
}  // namespace multiprocessing::detail::worker_slot_test
