// SPDX-License-Identifier: MIT
#include <multiprocessing/lock.hpp>

#include <gtest/gtest.h>

#include <mutex>
#include <thread>
#include <vector>

#include "support/child_process.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::lock_test {
namespace {

using namespace std::chrono_literals;

template <class L>
class AnyLock : public ::testing::Test {};
struct LockNames {
  template <class L>
  static std::string GetName(int) {
    return std::is_same_v<L, Lock> ? "Lock" : "RLock";
  }
};
using EveryLock = ::testing::Types<Lock, RLock>;
TYPED_TEST_SUITE(AnyLock, EveryLock, LockNames);

TYPED_TEST(AnyLock, IsHeldByOneAtATime) {
  TypeParam lock;
  const Shared<long> count;
  const auto increment = [&] {
    for (int times = 0; times != 20'000; ++times) {
      const std::scoped_lock hold(lock);
      *count.get() = *count + 1;
    }
  };
  {
    ChildProcess first(increment);
    ChildProcess second(increment);
    std::thread thread(increment);
    increment();
    thread.join();
    EXPECT_EQ(first.wait().exit_code, 0);
    EXPECT_EQ(second.wait().exit_code, 0);
  }
  EXPECT_EQ(*count, 80'000);
}

TYPED_TEST(AnyLock, ThatIsHeldElsewhereIsNotAcquiredInTime) {
  TypeParam lock;
  lock.acquire();
  std::thread([&] {
    EXPECT_TRUE(lock.locked());
    EXPECT_FALSE(lock.acquire(false));
    EXPECT_FALSE(lock.try_lock());
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_FALSE(lock.acquire(20ms));
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 20ms);
    EXPECT_FALSE(lock.acquire(-1s));
    EXPECT_FALSE(lock.try_lock_until(std::chrono::system_clock::now() + 1ms));
    EXPECT_FALSE(lock.try_lock_until(std::chrono::system_clock::time_point::min()));
  }).join();
  lock.release();
  EXPECT_FALSE(lock.locked());
  EXPECT_TRUE(lock.acquire(std::chrono::hours::max()));
  lock.release();
}

TYPED_TEST(AnyLock, CopiesAreTheSameLock) {
  TypeParam lock;
  TypeParam copy = lock;
  lock.acquire();
  std::thread([&] { EXPECT_FALSE(copy.acquire(false)); }).join();
  copy.release();
  EXPECT_FALSE(lock.locked());
}

TYPED_TEST(AnyLock, OnlyWhoHoldsItReleasesIt) {
  TypeParam lock;
  EXPECT_THROW(lock.release(), std::logic_error);
  lock.acquire();
  std::thread([&] { EXPECT_THROW(lock.release(), std::logic_error); }).join();
  EXPECT_TRUE(lock.locked());
  lock.release();
}

TYPED_TEST(AnyLock, WorksWithTheStandardsGuards) {
  TypeParam first;
  TypeParam second;
  {
    const std::scoped_lock both(first, second);
    EXPECT_TRUE(second.locked());
  }
  const std::unique_lock timed(first, 1s);
  EXPECT_TRUE(timed.owns_lock());
}

TYPED_TEST(AnyLock, ThatIsFreeIsAcquiredWhileOthersOnlyLook) {
  TypeParam lock;
  const Shared<Event> looks;
  ChildProcess other([&] {
    for (looks->happen(); true;) (void)lock.locked();
  });
  looks->wait();
  for (const auto end = std::chrono::steady_clock::now() + 200ms; std::chrono::steady_clock::now() < end;) {
    ASSERT_TRUE(lock.acquire(false));
    lock.release();
  }
}

TEST(Lock, ThatIsAcquiredTwiceInAThreadSaysSo) {
  Lock lock;
  lock.acquire();
  EXPECT_THROW(lock.acquire(), std::logic_error);
  EXPECT_THROW(lock.acquire(false), std::logic_error);
  lock.release();
}

TEST(RLock, IsFreeWhenItWasReleasedAsOftenAsAcquired) {
  RLock lock;
  for (int times = 0; times != 3; ++times) EXPECT_TRUE(lock.acquire());
  const auto is_free = [&] {
    bool got = false;
    std::thread([&] {
      got = lock.acquire(false);
      if (got) lock.release();
    }).join();
    return got;
  };
  lock.release();
  lock.release();
  EXPECT_FALSE(is_free());
  lock.release();
  EXPECT_TRUE(is_free());
}

}  // namespace
}  // namespace multiprocessing::tests::lock_test
