// SPDX-License-Identifier: MIT
#include <multiprocessing/semaphore.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <climits>
#include <deque>
#include <mutex>
#include <stdexcept>

#include "support/child_process.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::semaphore_test {
namespace {

using namespace std::chrono_literals;

TEST(Semaphore, LetsAsManyInAsItSays) {
  Semaphore semaphore(2);
  struct Inside {
    std::atomic<int> now{0};
    std::atomic<int> most{0};
  };
  const Shared<Inside> inside;
  const auto pass = [&] {
    for (int times = 0; times != 2'000; ++times) {
      semaphore.acquire();
      const int now = ++inside->now;
      int most = inside->most;
      while (most < now && !inside->most.compare_exchange_weak(most, now)) continue;
      --inside->now;
      semaphore.release();
    }
  };
  std::deque<ChildProcess> children;
  for (int child = 0; child != 4; ++child) children.emplace_back(pass);
  for (ChildProcess& child : children) EXPECT_EQ(child.wait().exit_code, 0);
  EXPECT_LE(inside->most, 2);
  EXPECT_EQ(semaphore.get_value(), 2);
}

TEST(Semaphore, AtZeroIsNotAcquiredInTime) {
  Semaphore semaphore(1);
  EXPECT_TRUE(semaphore.acquire());
  EXPECT_FALSE(semaphore.acquire(false));
  EXPECT_FALSE(semaphore.acquire(10ms));
  EXPECT_FALSE(semaphore.acquire(-1s));
  semaphore.release(3);
  EXPECT_EQ(semaphore.get_value(), 3);
  EXPECT_TRUE(semaphore.acquire(std::chrono::hours::max()));
}

TEST(Semaphore, MayBeReleasedByAnotherProcess) {
  Semaphore semaphore(0);
  Semaphore copy = semaphore;
  ChildProcess child([&] { copy.release(); });
  semaphore.acquire();
  EXPECT_EQ(semaphore.get_value(), 0);
  EXPECT_EQ(child.wait().exit_code, 0);
}

TEST(Semaphore, OneReleaseOfManyWakesAsMany) {
  Semaphore semaphore(0);
  std::deque<ChildProcess> children;
  for (int child = 0; child != 3; ++child) children.emplace_back([&] { semaphore.acquire(); });
  semaphore.release(3);
  for (ChildProcess& child : children) EXPECT_EQ(child.wait().exit_code, 0);
}

TEST(Semaphore, RefusesNumbersOutOfRangeAndNamesThem) {
  EXPECT_THROW(Semaphore(-1), std::invalid_argument);
  Semaphore semaphore(INT_MAX);
  EXPECT_THROW(semaphore.release(), std::overflow_error);
  EXPECT_THROW(semaphore.release(0), std::invalid_argument);
  EXPECT_EQ(semaphore.get_value(), INT_MAX);
}

template <class S>
class AnySemaphore : public ::testing::Test {};
struct SemaphoreNames {
  template <class S>
  static std::string GetName(int) {
    return std::is_same_v<S, Semaphore> ? "Semaphore" : "BoundedSemaphore";
  }
};
using EverySemaphore = ::testing::Types<Semaphore, BoundedSemaphore>;
TYPED_TEST_SUITE(AnySemaphore, EverySemaphore, SemaphoreNames);

TYPED_TEST(AnySemaphore, WorksWithTheStandardsGuards) {
  TypeParam first(2);
  TypeParam second(1);
  {
    const std::scoped_lock both(first, second);
    EXPECT_EQ(first.get_value(), 1);
    EXPECT_EQ(second.get_value(), 0);
    EXPECT_FALSE(std::unique_lock(second, std::try_to_lock).owns_lock());
    EXPECT_FALSE(std::unique_lock(second, 10ms).owns_lock());
    EXPECT_FALSE(std::unique_lock(second, std::chrono::system_clock::now() + 10ms).owns_lock());
    EXPECT_FALSE(second.try_lock_until(std::chrono::system_clock::time_point::min()));
    const std::unique_lock third(first, std::chrono::hours::max());
    EXPECT_TRUE(third.owns_lock());
    EXPECT_EQ(first.get_value(), 0);
  }
  EXPECT_EQ(first.get_value(), 2);
  EXPECT_EQ(second.get_value(), 1);
}

TEST(BoundedSemaphore, IsNotReleasedMoreOftenThanAcquired) {
  BoundedSemaphore semaphore(2);
  EXPECT_TRUE(semaphore.acquire());
  semaphore.release();
  try {
    semaphore.release();
    FAIL() << "it was released";
  } catch (const std::logic_error& error) {
    EXPECT_STREQ(error.what(),
                 "release() of 1 would raise the semaphore from 2 above 2: it was released more often than acquired");
  }
}

}  // namespace
}  // namespace multiprocessing::tests::semaphore_test
