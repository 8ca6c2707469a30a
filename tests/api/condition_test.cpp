// SPDX-License-Identifier: MIT
#include <multiprocessing/condition.hpp>

#include <gtest/gtest.h>
#include <signal.h>

#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "support/child_process.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::condition_test {
namespace {

using namespace std::chrono_literals;

struct Counts {
  int waiting = 0;
  int woken = 0;
};

// Processes that each wait once, for `wake`.
class Sleepers {
 public:
  explicit Sleepers(int count) {
    for (int child = 0; child != count; ++child) {
      children_.emplace_back([this] {
        const std::scoped_lock hold(lock_);
        ++counts_->waiting;
        changed_.notify_all();
        wake_.wait();
        ++counts_->woken;
        changed_.notify_all();
      });
    }
    wait_until([&] { return counts_->waiting == count; });
  }
  void notify(int count) {
    const std::scoped_lock hold(lock_);
    wake_.notify(count);
  }
  void notify_all() {
    const std::scoped_lock hold(lock_);
    wake_.notify_all();
  }
  void expect_woken(int count) {
    wait_until([&] { return counts_->woken == count; });
    // Nobody follows: whoever took part in it would have to get the lock first.
    const std::scoped_lock hold(lock_);
    EXPECT_FALSE(changed_.wait_for([&] { return counts_->woken != count; }, 20ms));
  }
  ChildProcess& operator[](std::size_t index) { return children_[index]; }

 private:
  template <class Holds>
  void wait_until(Holds holds) {
    const std::scoped_lock hold(lock_);
    changed_.wait_for(holds);
  }

  Lock lock_;
  Condition wake_{lock_};
  Condition changed_{lock_};
  const Shared<Counts> counts_;
  std::deque<ChildProcess> children_;
};

TEST(Condition, NotifyWakesAsManyAsItSays) {
  Sleepers sleepers(4);
  sleepers.notify(1);
  sleepers.expect_woken(1);
  sleepers.notify(2);
  sleepers.expect_woken(3);
  sleepers.notify(5);
  sleepers.expect_woken(4);
  sleepers.notify(1);
  for (std::size_t child = 0; child != 4; ++child) EXPECT_EQ(sleepers[child].wait().exit_code, 0);
}

TEST(Condition, NotifyAllWakesAll) {
  Sleepers sleepers(3);
  sleepers.notify_all();
  sleepers.expect_woken(3);
}

// The dead one's notification, were there such a thing, would leave a living one asleep.
TEST(Condition, ANotificationGoesToOneThatIsAlive) {
  Sleepers sleepers(3);
  sleepers[0].kill(SIGKILL);
  EXPECT_EQ(sleepers[0].wait().signal, SIGKILL);
  sleepers.notify(1);
  sleepers.expect_woken(1);
  sleepers.notify(1);
  sleepers.expect_woken(2);
}

TEST(Condition, WithoutANotificationSaysWhenTheTimeHasPassed) {
  Condition condition;
  const std::scoped_lock hold(condition);
  EXPECT_FALSE(condition.wait(10ms));
  EXPECT_FALSE(condition.wait(-1s));
  EXPECT_FALSE(condition.wait_for([] { return false; }, 10ms));
  EXPECT_TRUE(condition.wait_for([] { return true; }, -1s));
}

TEST(Condition, ANotificationBeforeTheWaitIsNone) {
  Condition condition;
  const std::scoped_lock hold(condition);
  condition.notify(3);
  EXPECT_FALSE(condition.wait(5ms));
}

TEST(Condition, GivesAnRLockFreeHoweverOftenItWasAcquired) {
  RLock lock;
  Condition condition(lock);
  const Shared<int> number;
  const std::scoped_lock outer(lock);
  const std::scoped_lock inner(condition);
  ChildProcess child([&] {
    const std::scoped_lock hold(condition);
    *number = 1;
    condition.notify();
  });
  condition.wait_for([&] { return *number == 1; });
  EXPECT_EQ(child.wait().exit_code, 0);
  std::thread([&] { EXPECT_FALSE(lock.try_lock()); }).join();
  lock.release();
  std::thread([&] { EXPECT_FALSE(lock.try_lock()); }).join();
  lock.acquire();
}

TEST(Condition, IsForThoseWhoHoldItsLock) {
  Condition condition;
  EXPECT_THROW(condition.wait(), std::logic_error);
  EXPECT_THROW(condition.wait(1ms), std::logic_error);
  EXPECT_THROW(condition.notify(), std::logic_error);
  EXPECT_THROW(condition.notify_all(), std::logic_error);
  const std::scoped_lock hold(condition);
  EXPECT_THROW(condition.notify(0), std::invalid_argument);
}

}  // namespace
}  // namespace multiprocessing::tests::condition_test
