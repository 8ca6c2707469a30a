// SPDX-License-Identifier: MIT
#include "pool/worker_slot_steps.hpp"

#include <csignal>

namespace multiprocessing::detail::worker_slot_running_test {
namespace {

using namespace std::chrono_literals;
using Verdict = WorkerSlot::Verdict;

class WorkerSlotRunning : public WorkerSlotSteps {
 protected:
  std::shared_ptr<GroupCall> timed_call() {
    settings_.options = &options_;
    return ends.call<long>(step, settings_);
  }
  std::shared_ptr<GroupCall> cancellable_call() {
    settings_.cancellable = true;
    return ends.call<long>(step, settings_);
  }
  RunningWord running() const { return RunningWord::of(ends.channel.words->running.load()); }
  // As if the one item of the frame, which has not ended, ran.
  void claim_and_mark(std::uint64_t number, Phase phase) {
    ends.channel.words->turn.store(Turn{.claimed = 1, .offered = 1}.word());
    ends.channel.words->running.store(RunningWord{number, phase}.word());
  }

  TaskOptions options_{.timeout = 5s};
  CallSettings settings_{.keep = Keep::in_order};
};

TEST_F(WorkerSlotRunning, ATimedItemIsSeenWithTheMomentWhenItBegan) {
  const auto before = Clock::now();
  std::vector<std::uint64_t> seen;
  meanwhile = [&](long) {
    const auto item = ends.slot.timed_item(Clock::now());
    ASSERT_TRUE(item);
    EXPECT_EQ(item->timeout, 5s);
    EXPECT_GE(item->began, before);
    EXPECT_LE(item->began, Clock::now());
    seen.push_back(RunningWord::of(item->running).item);
  };
  ends.offer(ends.batch<long>(timed_call(), {10, 20}));
  ends.serve_until_leave();

  EXPECT_EQ(seen, (std::vector<std::uint64_t>{1, 2}));
  EXPECT_FALSE(ends.slot.timed_item(Clock::now())) << "between items";
}

TEST_F(WorkerSlotRunning, AnItemWithoutATimeoutIsNotTimed) {
  meanwhile = [&](long) { EXPECT_FALSE(ends.slot.timed_item(Clock::now())); };
  ends.offer(ends.batch<long>(ends.call<long>(step), {1}));
  ends.offer(ends.batch<long>(cancellable_call(), {2}));
  ends.serve_until_leave();
}

TEST_F(WorkerSlotRunning, EachItemHasTheTimeoutOfItsOwnCall) {
  const auto five = timed_call();
  options_.timeout = 7s;
  const auto seven = timed_call();
  std::vector<std::chrono::nanoseconds> seen;
  meanwhile = [&](long) { seen.push_back(ends.slot.timed_item(Clock::now())->timeout); };
  ends.offer(ends.batch<long>(five, {1, 2}));
  ends.offer(ends.batch<long>(seven, {3}));
  ends.offer(ends.batch<long>(five, {4}));
  ends.serve_until_leave();

  EXPECT_EQ(seen, (std::vector<std::chrono::nanoseconds>{5s, 5s, 7s, 5s}));
}

TEST_F(WorkerSlotRunning, AStampFromTheFutureIsNotBelieved) {
  ends.offer(ends.batch<long>(timed_call(), {1}));
  claim_and_mark(1, Phase::running);
  ends.channel.words->began_nanoseconds.store(~std::uint64_t{0});
  const auto first_look = Clock::now();

  EXPECT_EQ(ends.slot.timed_item(first_look)->began, first_look);
  EXPECT_EQ(ends.slot.timed_item(first_look + 3s)->began, first_look) << "the same item since our first look";
}

TEST_F(WorkerSlotRunning, ACondemnationOfAnItemThatHasEndedDoesNothing) {
  meanwhile = [&](long item) {
    const std::uint64_t word = ends.channel.words->running.load();
    if (item == 2) {
      EXPECT_FALSE(ends.slot.condemn(RunningWord{1, Phase::running}.word(), Verdict::outran_its_time));
    }
    EXPECT_EQ(ends.channel.words->running.load(), word);
  };
  const auto call = timed_call();
  ends.offer(ends.batch<long>(call, {1, 2}));
  ends.serve_until_leave();
  expect_answers(*call, {1, 2});
}

TEST_F(WorkerSlotRunning, ACondemnedItemIsTheOneThatIsBlamed) {
  ends.offer(ends.batch<long>(timed_call(), {1, 2, 3}));
  claim_and_mark(1, Phase::running);
  ASSERT_TRUE(ends.slot.condemn(ends.slot.timed_item(Clock::now())->running, Verdict::outran_its_time));
  EXPECT_TRUE(running().condemned);
  EXPECT_TRUE(ends.slot.must_be_killed());
  EXPECT_FALSE(ends.slot.can_offer(0)) << "it gets nothing more";
  EXPECT_FALSE(ends.slot.timed_item(Clock::now())) << "it is condemned once";

  const auto aftermath = ends.slot.take_apart(false);
  EXPECT_FALSE(aftermath.overwritten);
  EXPECT_EQ(aftermath.verdict, Verdict::outran_its_time);
  ASSERT_TRUE(aftermath.blamed);
  EXPECT_EQ(aftermath.blamed->first.first, 0U);
  ASSERT_EQ(aftermath.rest.size(), 1U);
  EXPECT_EQ(aftermath.rest[0].count, 2U);
}

// What a worker's own bytes say of a condemnation counts for nothing.
TEST_F(WorkerSlotRunning, AWorkerThatCondemnsItselfHasAnOverwrittenChannel) {
  ends.offer(ends.batch<long>(timed_call(), {1}));
  ends.channel.words->turn.store(Turn{.claimed = 1, .offered = 1}.word());
  ends.channel.words->running.store(RunningWord{1, Phase::running, true}.word());

  EXPECT_FALSE(ends.slot.timed_item(Clock::now()));
  EXPECT_EQ(ends.slot.state, WorkerSlot::State::overwritten);
}

TEST_F(WorkerSlotRunning, OnlyTheCallThatRunsIsCancelled) {
  const auto mine = cancellable_call();
  const auto other = cancellable_call();
  const auto plain = ends.call<long>(step);
  meanwhile = [&](long item) {
    ends.slot.condemn_if_it_runs(item == 1 ? *other : item == 2 ? *mine : *plain);
    EXPECT_FALSE(running().condemned) << item;
    if (item == 3) ends.slot.condemn_if_it_runs(*mine), ends.slot.condemn_if_it_runs(*other);
    EXPECT_FALSE(running().condemned) << item;
  };
  ends.offer(ends.batch<long>(mine, {1}));
  ends.offer(ends.batch<long>(other, {2}));
  ends.offer(ends.batch<long>(plain, {3}));
  // The parent must know what has been answered, or it looks at a frame that is behind.
  ends.serve_until_leave();
  EXPECT_EQ(ran, (Items{1, 2, 3}));
}

// Whatever the worker does next in this frame is a swap: so it can be condemned before its first item, too.
TEST_F(WorkerSlotRunning, AClaimedFrameIsCancelledFromBeforeItsFirstItemToItsLastOne) {
  for (const RunningWord word : {RunningWord{}, RunningWord{1, Phase::decoding}, RunningWord{1, Phase::none},
                                 RunningWord{2, Phase::running}, RunningWord{2, Phase::done}}) {
    TwoEnds two;
    const auto call = two.call<long>(step, {.keep = Keep::in_order, .cancellable = true});
    two.offer(two.batch<long>(call, {1, 2}));
    two.channel.words->turn.store(Turn{.claimed = 1, .offered = 1}.word());
    two.channel.words->running.store(word.word());
    two.slot.condemn_if_it_runs(*call);
    EXPECT_TRUE(two.slot.must_be_killed()) << word.word();
  }
}

TEST_F(WorkerSlotRunning, AFrameThatIsBehindOrNotClaimedIsNotCancelled) {
  const auto call = cancellable_call();
  ends.offer(ends.batch<long>(call, {1, 2}));
  ends.slot.condemn_if_it_runs(*call);
  EXPECT_FALSE(running().condemned) << "not claimed";
  claim_and_mark(2, Phase::none);
  ends.slot.condemn_if_it_runs(*call);
  EXPECT_FALSE(running().condemned) << "what comes next may be plain stores, which would undo it";
  claim_and_mark(3, Phase::running);
  ends.slot.condemn_if_it_runs(*call);
  EXPECT_FALSE(running().condemned) << "another call's item";
}

}  // namespace
}  // namespace multiprocessing::detail::worker_slot_running_test
