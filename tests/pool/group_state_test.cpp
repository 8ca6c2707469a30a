// SPDX-License-Identifier: MIT
#include "pool/parent/group_state.hpp"

#include <gtest/gtest.h>

#include "pool/told_starter.hpp"
#include "pool/two_ends.hpp"

namespace multiprocessing::detail::group_state_test {
namespace {

using namespace std::chrono_literals;

long same(long item) { return item; }

// A group whose one worker is only words in memory.
class GroupStateOf : public ::testing::Test {
 protected:
  GroupStateOf() {
    state_.supervise(starter_, 1s);
    slot().state = WorkerSlot::State::up;
  }
  WorkerSlot& slot() { return state_.dispatcher().slots()[0]; }
  void commit() { block_.channel(0).words->committed.fetch_add(8); }

  TwoEnds ends_;  // makes calls
  ChannelBlock block_{1, 4096};
  ToldStarter starter_;
  GroupState state_{PoolOptions{}, block_, 1};
};

TEST_F(GroupStateOf, AnAnswerThatComesWhileSomebodyLooksIsNews) {
  state_.look();
  commit();
  state_.remember_news();
  EXPECT_TRUE(state_.has_news());
}

TEST_F(GroupStateOf, WhatWasTakenIsNoNews) {
  state_.look();
  state_.remember_news();
  EXPECT_FALSE(state_.has_news());
}

// Or who waits for another worker would look again and again, and never sleep.
TEST_F(GroupStateOf, OfAWorkerFromWhichNothingIsTakenNothingIsNews) {
  commit();
  for (const auto state : {WorkerSlot::State::absent, WorkerSlot::State::overwritten}) {
    slot().state = state;
    state_.remember_news();
    EXPECT_FALSE(state_.has_news());
  }
}

// Who spins on the CPU of the worker that should answer gives way to it at once.
TEST_F(GroupStateOf, AWorkerWithWorkIsKnownByItsCpu) {
  block_.channel(0).words->cpu = 7;
  state_.remember_news();
  EXPECT_FALSE(state_.works_on(7));

  const auto call = ends_.call<long>(same);
  state_.submit(ends_.batch<long>(call, {1}), true);
  state_.hand_out();
  state_.remember_news();
  EXPECT_TRUE(state_.works_on(7));
  EXPECT_FALSE(state_.works_on(8));
}

// Or each call that its caller waits for would ring the background thread at its end.
TEST_F(GroupStateOf, AnItemThatEndsIsNoReasonToLookAgainWhileNoCallIsOpen) {
  const auto call = ends_.call<long>(same);
  ends_.batch<long>(call, {1});
  state_.accounts().on_fixed_answers(*call, 1);
  EXPECT_EQ(state_.next_deadline(Bell::background), never);
}

}  // namespace
}  // namespace multiprocessing::detail::group_state_test
