// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "support/child_process.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::value_test {
namespace {

struct Point {
  double x = 1;
  double y = 2;
};

template <class V>
class AnyValue : public ::testing::Test {};
struct ValueNames {
  template <class V>
  static std::string GetName(int) {
    if constexpr (std::is_same_v<V, RawValue<std::atomic<long>>>) return "RawValueOfAtomic";
    return std::is_same_v<V, Value<long>> ? "Value" : "RawValue";
  }
};
using EveryValue = ::testing::Types<Value<long>, RawValue<long>, RawValue<std::atomic<long>>>;
TYPED_TEST_SUITE(AnyValue, EveryValue, ValueNames);

TYPED_TEST(AnyValue, IsZeroUnlessItIsGivenAnother) {
  EXPECT_EQ(TypeParam().value(), 0);
  EXPECT_EQ(TypeParam(7).value(), 7);
}

TYPED_TEST(AnyValue, IsOneForThisProcessAndThoseForkedFromIt) {
  const TypeParam value(1);
  EXPECT_EQ(run_in_child([&] { value.set(value.value() + 1); }).exit_code, 0);
  EXPECT_EQ(value.value(), 2);
  EXPECT_EQ(value.get_obj(), 2);
}

TYPED_TEST(AnyValue, CopiesAreTheSameValue) {
  const TypeParam value;
  TypeParam other(5);
  other = value;
  other.set(3);
  EXPECT_EQ(value.value(), 3);
}

TYPED_TEST(AnyValue, OutlivesTheObjectInAProcessThatHasACopy) {
  std::optional<TypeParam> value(4);
  const Shared<Event> gone;
  ChildProcess child([&] {
    const TypeParam copy = *value;
    value.reset();
    gone->wait();
    EXPECT_EQ(copy.value(), 4);
  });
  value.reset();
  gone->happen();
  EXPECT_EQ(child.wait().exit_code, 0);
}

TEST(Value, BeginsAsItsTypeSays) {
  EXPECT_EQ(Value<Point>().value().y, 2);
  EXPECT_EQ(Value<Point>({3, 4}).value().y, 4);
  EXPECT_EQ(RawValue<Point>().get_obj().x, 1);
}

TEST(Value, CountsWhatProcessesAndThreadsAddUnderItsLock) {
  const Value<long> count;
  const auto increment = [&] {
    for (int times = 0; times != 5'000; ++times) {
      const std::scoped_lock hold(count.get_lock());
      ++count.get_obj();
    }
  };
  {
    ChildProcess child(increment);
    std::thread thread(increment);
    increment();
    thread.join();
    EXPECT_EQ(child.wait().exit_code, 0);
  }
  EXPECT_EQ(count.value(), 15'000);
}

TEST(Value, IsReadAndWrittenAsAWhole) {
  using Many = std::array<int, 50'000>;
  const Value<Many> value;
  const RawValue<std::atomic<bool>> is_read;
  const auto write = [&] {
    std::array<Many, 2> both;
    both[0].fill(1);
    both[1].fill(2);
    for (std::size_t turn = 0; !is_read.value(); ++turn) value.set(both[turn % 2]);
  };
  ChildProcess child(write);
  std::thread thread(write);
  int torn = 0;
  for (std::array<int, 3> seen{}; seen[1] < 100 || seen[2] < 100;) {
    const Many many = value.value();
    torn += std::ranges::count(many, many[0]) == 50'000 ? 0 : 1;
    ++seen.at(static_cast<std::size_t>(many[0]));
  }
  is_read.set(true);
  EXPECT_EQ(torn, 0);
  thread.join();
  EXPECT_EQ(child.wait().exit_code, 0);
}

TEST(Value, IsReadAndWrittenByWhoHoldsTheLock) {
  const Value<int> value(1);
  const std::scoped_lock hold(value.get_lock());
  value.set(2);
  EXPECT_EQ(value.value(), 2);
}

TEST(Value, MayHaveTheLockOfAnother) {
  const RLock lock;
  const Value<int> first(1, lock);
  const Value<double> second(2, lock);
  const std::scoped_lock hold(first.get_lock());
  EXPECT_TRUE(second.get_lock().locked());
}

TEST(RawValue, OfAnAtomicNeedsNoLock) {
  const RawValue<std::atomic<long>> count;
  const auto increment = [&] {
    for (int times = 0; times != 100'000; ++times) ++count.get_obj();
  };
  ChildProcess child(increment);
  increment();
  EXPECT_EQ(child.wait().exit_code, 0);
  EXPECT_EQ(count.value(), 200'000);
}

TEST(Value, IsTheSameInEveryTaskOfAPool) {
  static const Value<long>* shared = nullptr;
  const Value<long> sum;
  shared = &sum;
  Pool pool(2);
  const auto add = [](long number) {
    const std::scoped_lock hold(shared->get_lock());
    shared->get_obj() += number;
  };
  pool.map(add, {1L, 2L, 3L, 4L});
  EXPECT_EQ(sum.value(), 10);
}

TEST(Value, OfAWorkerThatWasKilledWhileHoldingItTellsTheNext) {
  const Value<int> value(1);
  EXPECT_EQ(run_in_child([&] {
              value.get_lock().acquire();
              value.set(2);
              raise(SIGKILL);
            }).signal,
            SIGKILL);
  const std::scoped_lock hold(value.get_lock());
  EXPECT_TRUE(value.get_lock().abandoned());
  EXPECT_EQ(value.value(), 2);
}

}  // namespace
}  // namespace multiprocessing::tests::value_test
