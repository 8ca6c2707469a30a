// SPDX-License-Identifier: MIT
#include <multiprocessing/condition.hpp>
#include <multiprocessing/semaphore.hpp>

#include <gtest/gtest.h>
#include <signal.h>

#include <deque>
#include <mutex>
#include <thread>

#include "support/child_process.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::abandoned_lock_test {
namespace {

template <class L>
class AbandonedLock : public ::testing::Test {};
struct LockNames {
  template <class L>
  static std::string GetName(int) {
    if constexpr (std::is_same_v<L, Lock>) return "Lock";
    return std::is_same_v<L, RLock> ? "RLock" : "Condition";
  }
};
using EveryLock = ::testing::Types<Lock, RLock, Condition>;
TYPED_TEST_SUITE(AbandonedLock, EveryLock, LockNames);

TYPED_TEST(AbandonedLock, GoesToTheNextOneWhoIsTold) {
  TypeParam lock;
  EXPECT_EQ(run_in_child([&] {
              lock.acquire();
              raise(SIGKILL);
            }).signal,
            SIGKILL);
  lock.acquire();
  EXPECT_TRUE(lock.abandoned());
  lock.release();
  lock.acquire();
  EXPECT_FALSE(lock.abandoned());
  lock.release();
}

TYPED_TEST(AbandonedLock, WakesOneThatWaitsForIt) {
  TypeParam lock;
  const Shared<Event> held;
  ChildProcess holder([&] {
    lock.acquire();
    held->happen();
    while (true) pause();
  });
  held->wait();
  std::deque<ChildProcess> waiting;
  for (int child = 0; child != 3; ++child) {
    waiting.emplace_back([&] {
      lock.acquire();
      lock.release();
    });
  }
  holder.kill(SIGKILL);
  for (ChildProcess& child : waiting) EXPECT_EQ(child.wait().exit_code, 0);
}

TYPED_TEST(AbandonedLock, ByAThreadThatEndsIsTheSame) {
  TypeParam lock;
  std::thread([&] { lock.acquire(); }).join();
  EXPECT_TRUE(lock.acquire(std::chrono::seconds(10)));
  EXPECT_TRUE(lock.abandoned());
  lock.release();
}

TEST(AbandonedRLock, HeldSeveralTimesIsFreeAtOnce) {
  RLock lock;
  EXPECT_EQ(run_in_child([&] {
              for (int times = 0; times != 3; ++times) lock.acquire();
              raise(SIGKILL);
            }).signal,
            SIGKILL);
  EXPECT_TRUE(lock.acquire(false));
  lock.release();
  EXPECT_FALSE(lock.locked());
}

TEST(AbandonedLocks, ToLookAtOneIsNotToTakeTheNoteAway) {
  Lock lock;
  EXPECT_EQ(run_in_child([&] {
              lock.acquire();
              raise(SIGKILL);
            }).signal,
            SIGKILL);
  EXPECT_FALSE(lock.locked());
  lock.acquire();
  EXPECT_TRUE(lock.abandoned());
  lock.release();
}

TEST(AbandonedLocks, OneThatWaitedAndWasKilledIsNotMissed) {
  Lock lock;
  Semaphore semaphore(0);
  lock.acquire();
  const Shared<Event> about_to_wait;
  ChildProcess for_lock([&] {
    about_to_wait->happen();
    lock.acquire();
  });
  ChildProcess for_semaphore([&] {
    about_to_wait->happen();
    semaphore.acquire();
  });
  about_to_wait->wait();
  about_to_wait->wait();
  for (ChildProcess* child : {&for_lock, &for_semaphore}) {
    child->kill(SIGKILL);
    EXPECT_EQ(child->wait().signal, SIGKILL);
  }
  lock.release();
  EXPECT_TRUE(lock.acquire(false));
  EXPECT_FALSE(lock.abandoned());
  lock.release();
  semaphore.release();
  EXPECT_TRUE(semaphore.acquire(false));
}

}  // namespace
}  // namespace multiprocessing::tests::abandoned_lock_test
