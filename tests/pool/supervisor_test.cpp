// SPDX-License-Identifier: MIT
#include "pool/parent/supervisor.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "os/event_fd.hpp"
#include "pool/told_starter.hpp"
#include "pool/worker/worker_loop.hpp"

namespace multiprocessing::detail::supervisor_test {
namespace {

using namespace std::chrono_literals;

constexpr int slots = 2;

// What happens to workers is told by the test; only the words of their channels are real.
class SupervisorOf : public ::testing::Test {
 protected:
  void set_up(std::chrono::nanoseconds proof) {
    supervisor_.emplace(
        dispatcher_, timeouts_, starter_, [this](int slot) { block_.reset(slot); }, proof);
    supervisor_->start_missing();
    for (int slot = 0; slot != slots; ++slot) comes_up(slot);
    supervisor_->look();
    ASSERT_TRUE(supervisor_->all_up());
  }
  void comes_up(int slot) {
    starter_.reports.push_back({WorkerReport::Kind::started, slot, ++last_pid_, 0});
    Worker(block_.channel(slot), slot, 0ns, bell_.fd(), bell_.fd()).announce_start();
  }
  void fails_to_start(int slot) {
    starter_.reports.push_back({WorkerReport::Kind::started, slot, ++last_pid_, 0});
    dies(slot);
  }
  void dies(int slot) { starter_.reports.push_back({WorkerReport::Kind::ended, slot, last_pid_, SIGKILL}); }
  void is_refused(int slot) { starter_.reports.push_back({WorkerReport::Kind::refused, slot, 0, EAGAIN}); }
  bool is_broken() {
    supervisor_->look();
    return !supervisor_->broken().empty();
  }
  std::chrono::nanoseconds time_starting(int slot) {
    PoolStats stats = dispatcher_.stats();
    supervisor_->add_to(stats);
    return stats.workers.at(static_cast<std::size_t>(slot)).starting;
  }

  EventFd bell_;
  ChannelBlock block_{slots, 4096};
  ItemTimeouts timeouts_{std::nullopt};
  CallAccounts accounts_{timeouts_};
  Dispatcher dispatcher_{block_, slots, std::nullopt, accounts_};
  ToldStarter starter_;
  std::optional<Supervisor> supervisor_;
  pid_t last_pid_ = 1000;
};

TEST_F(SupervisorOf, AWorkerThatDiesSoonAfterItsStartThreeTimesIsBroken) {
  set_up(1h);
  for (int deaths = 1; deaths <= 3; ++deaths) {
    dies(0);
    ASSERT_EQ(is_broken(), deaths == 3);
    if (deaths != 3) comes_up(0);
  }
}

TEST_F(SupervisorOf, AWorkerThatDiesSoonAfterItsStartIsBrokenAlsoIfNobodyLooksInBetween) {
  set_up(1h);
  dies(0);
  for (int deaths = 2; deaths <= 3; ++deaths) {
    ASSERT_FALSE(is_broken());
    comes_up(0);
    dies(0);
  }
  EXPECT_TRUE(is_broken());
}

TEST_F(SupervisorOf, WorkersThatDieWhenTheyHaveBeenUpForLongIsNeverBroken) {
  set_up(0ns);
  for (int round = 0; round != 20; ++round) {
    for (int slot = 0; slot != slots; ++slot) dies(slot);
    ASSERT_FALSE(is_broken()) << round;
    for (int slot = 0; slot != slots; ++slot) comes_up(slot);
    if (round % 2 == 0) supervisor_->look();  // or start and death are seen at once
  }
  EXPECT_EQ(starter_.forks, slots * 21);
}

TEST_F(SupervisorOf, AStartThatNobodySawBeforeItsEndEndsTheRowOfFailedOnes) {
  set_up(0ns);
  dies(0);
  for (int round = 0; round != 5; ++round) {
    for (int failed = 0; failed != 2; ++failed) {
      supervisor_->look();
      fails_to_start(0);
    }
    ASSERT_FALSE(is_broken()) << round;
    comes_up(0);
    dies(0);
  }
  ASSERT_FALSE(is_broken());
  for (int failed = 0; failed != 3; ++failed) {
    supervisor_->look();
    fails_to_start(0);
  }
  EXPECT_TRUE(is_broken());
}

TEST_F(SupervisorOf, AWorkerWhoseStartWasSeenLateHasNotTakenSoLong) {
  set_up(1h);
  dies(0);
  const auto before_it_was_ordered = Clock::now();
  supervisor_->look();
  comes_up(0);
  const auto up = Clock::now();
  const auto before = time_starting(0);
  supervisor_->look();
  EXPECT_LE(time_starting(0) - before, up - before_it_was_ordered);
}

TEST_F(SupervisorOf, APlaceWhoseForkWasRefusedIsFilledAfterAWhileByALook) {
  set_up(0ns);
  dies(0);
  supervisor_->look();
  const int forks = starter_.forks;
  is_refused(0);
  supervisor_->look();
  EXPECT_EQ(starter_.forks, forks + 1);
  comes_up(0);
  EXPECT_FALSE(is_broken());
  EXPECT_TRUE(supervisor_->all_up());
}

TEST_F(SupervisorOf, NobodyBecauseAllForksWereRefusedIsNotBroken) {
  set_up(1h);
  for (int slot = 0; slot != slots; ++slot) dies(slot);
  supervisor_->look();
  for (int slot = 0; slot != slots; ++slot) is_refused(slot);
  ASSERT_FALSE(is_broken());
  EXPECT_TRUE(supervisor_->none_left());

  const int forks = starter_.forks;
  supervisor_->start_missing();
  EXPECT_EQ(starter_.forks, forks + slots);
}

}  // namespace
}  // namespace multiprocessing::detail::supervisor_test
