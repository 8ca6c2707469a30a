// SPDX-License-Identifier: MIT
// Small shared objects lie beside each other: as many as memory holds, and none may be hurt by what befalls another.
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <signal.h>

#include <array>
#include <atomic>
#include <fstream>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/leftovers.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::many_shared_objects_test {
namespace {

using SharedEvent = multiprocessing::Event;

constexpr int many = 70'000;  // more than a process may have mappings

void touch(const Value<int>& value) {
  const std::scoped_lock hold(value.get_lock());
  ++value.get_obj();
}
void touch(const RawArray<int>& array) { ++array[99]; }
void touch(const Lock& lock) { const std::scoped_lock hold(lock); }
void touch(const Condition& condition) { condition.acquire(), condition.notify_all(), condition.release(); }
void touch(const Semaphore& semaphore) { semaphore.release(); }
void touch(const SharedEvent& event) { event.set(); }

template <class Object>
Object make() {
  if constexpr (std::is_same_v<Object, RawArray<int>>) {
    return Object(100);
  } else {
    return Object();
  }
}

template <class Object>
class ManyOf : public ::testing::Test {};
struct ObjectNames {
  template <class Object>
  static std::string GetName(int) {
    if constexpr (std::is_same_v<Object, Value<int>>) return "Value";
    if constexpr (std::is_same_v<Object, RawArray<int>>) return "RawArray";
    if constexpr (std::is_same_v<Object, Lock>) return "Lock";
    if constexpr (std::is_same_v<Object, Condition>) return "Condition";
    if constexpr (std::is_same_v<Object, Semaphore>) return "Semaphore";
    return "Event";
  }
};
using EveryObject = ::testing::Types<Value<int>, RawArray<int>, Lock, Condition, Semaphore, SharedEvent>;
TYPED_TEST_SUITE(ManyOf, EveryObject, ObjectNames);

TYPED_TEST(ManyOf, LiveTogetherAndAPoolCanBeMade) {
  static std::vector<TypeParam>* shared = nullptr;
  std::vector<TypeParam> objects;
  objects.reserve(many);
  while (objects.size() != many) objects.push_back(make<TypeParam>());
  shared = &objects;
  Pool pool(2);
  const auto use = [](int index) { touch((*shared)[static_cast<std::size_t>(index)]); };
  pool.map(use, {0, many / 2, many - 1, 0});
  if constexpr (std::is_same_v<TypeParam, Value<int>>) {
    EXPECT_EQ(objects.front().value(), 2);
    EXPECT_EQ(objects[1].value(), 0);
    EXPECT_EQ(objects.back().value(), 1);
  }
  if constexpr (std::is_same_v<TypeParam, SharedEvent>) {
    EXPECT_TRUE(objects.back().is_set());
    EXPECT_FALSE(objects[many - 2].is_set());
  }
}

long shared_memory_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssShmem:")) return std::stol(line.substr(9));
  }
  return -1;
}

TEST(ManySharedObjects, OneAfterTheOtherTakeNoMoreThanOne) {
  const Value<int> kept(1);
  const long before = shared_memory_kib();
  for (int times = 0; times != many; ++times) {
    const Value<int> value;
    const SharedEvent event;
    ASSERT_EQ(value.value(), 0);
    value.set(times);
  }
  EXPECT_LT(shared_memory_kib(), before + 1024);
  EXPECT_EQ(kept.value(), 1);
}

TEST(ManySharedObjects, OneAfterTheOtherWithAChildEachTakeNoMoreThanAFew) {
  const std::size_t before = Holdings::now().mappings.size();
  {
    const Value<int> kept(1);
    for (int times = 0; times != 100; ++times) {
      std::vector<Value<int>> values;
      while (values.size() != 100) values.emplace_back();
      Process process([&] { values.back().set(times + 1); });
      process.start();
      process.join();
      EXPECT_EQ(values.back().value(), times + 1);
      EXPECT_EQ(values.front().value(), 0);
    }
    EXPECT_EQ(kept.value(), 1);
    EXPECT_LE(Holdings::now().mappings.size(), before + 3);
  }
  EXPECT_EQ(Holdings::now().mappings.size(), before);
}

TEST(ManySharedObjects, OfAParentAndOfItsChildrenAreDifferentOnes) {
  const Value<int> before(1);
  const Shared<Event> made, looked;
  ChildProcess child([&] {
    std::vector<Value<int>> own;
    while (own.size() != 2'000) own.emplace_back(2);
    made->happen();
    looked->wait();
    for (const Value<int>& value : own) ASSERT_EQ(value.value(), 2);
  });
  made->wait();
  std::vector<Value<int>> own;
  while (own.size() != 2'000) own.emplace_back();
  for (const Value<int>& value : own) ASSERT_EQ(value.value(), 0);
  for (const Value<int>& value : own) value.set(3);
  looked->happen();
  EXPECT_EQ(child.wait().exit_code, 0);
  EXPECT_EQ(before.value(), 1);
}

TEST(ManySharedObjects, NewOnesNeverLieWhereAChildStillHasAnOldOne) {
  std::optional<Value<int>> value(7);
  const Value<int> neighbour;
  const Shared<Event> gone;
  ChildProcess child([&] {
    gone->wait();
    for (int times = 0; times != 1'000; ++times) {
      EXPECT_EQ(value->value(), 7 + times);
      value->set(8 + times);
    }
  });
  value.reset();
  std::vector<Value<int>> later;
  while (later.size() != 2'000) later.emplace_back(1);
  gone->happen();
  EXPECT_EQ(child.wait().exit_code, 0);
  for (const Value<int>& one : later) ASSERT_EQ(one.value(), 1);
}

TEST(ManySharedObjects, OneWhoseHolderIsKilledHurtsNoneOfItsNeighbours) {
  std::vector<Value<long>> values;
  while (values.size() != 50) values.emplace_back(static_cast<long>(values.size()));
  const auto check = [&](std::size_t killed) {
    for (std::size_t index = 0; index != values.size(); ++index) {
      ASSERT_TRUE(values[index].get_lock().acquire(false));
      EXPECT_EQ(values[index].get_lock().abandoned(), index == killed || index == killed + 1);
      EXPECT_EQ(values[index].get_obj(), index == killed ? -1 : static_cast<long>(index));
      values[index].get_obj() = static_cast<long>(index);
      values[index].get_lock().release();
    }
  };
  for (std::size_t killed = 0; killed + 1 != values.size(); killed += 7) {
    EXPECT_EQ(run_in_child([&] {
                for (const Value<long>& value : values) value.set(value.value());
                values[killed].get_lock().acquire();
                values[killed + 1].get_lock().acquire();
                values[killed].get_obj() = -1;
                raise(SIGKILL);
              }).signal,
              SIGKILL);
    check(killed);
  }
}

TEST(ManySharedObjects, OneInThePlaceOfALockThatWasDestroyedWhileHeldHurtsNoOther) {
  const Lock first;
  const Lock last;
  EXPECT_EQ(run_in_child([&] {
              const Lock neighbour;
              first.acquire();
              std::optional<Lock> lock(std::in_place);
              lock->acquire();
              last.acquire();
              lock.reset();
              const Value<std::array<int, 10>> in_its_place({-1, -1, -1, -1, -1, -1, -1, -1, -1, -1});
              const Lock another;
              another.acquire();
              raise(SIGKILL);
            }).signal,
            SIGKILL);
  for (const Lock* lock : {&first, &last}) {
    ASSERT_TRUE(lock->acquire(false));
    EXPECT_TRUE(lock->abandoned());
    lock->release();
  }
}

TEST(ManySharedObjects, ALockThatWasDestroyedWhileAThreadHoldsItIsInNobodysPlace) {
  const Lock others;
  EXPECT_EQ(run_in_child([&] {
              const Lock neighbour;
              std::optional<Lock> lock(std::in_place);
              std::atomic<bool> is_held = false;
              std::thread([&] {
                others.acquire();
                lock->acquire();
                is_held = true;
                while (true) pause();
              }).detach();
              while (!is_held) std::this_thread::yield();
              lock.reset();
              std::vector<Value<std::array<int, 10>>> later;
              while (later.size() != 2'000) later.emplace_back(std::array{-1, -1, -1, -1, -1, -1, -1, -1, -1, -1});
              raise(SIGKILL);
            }).signal,
            SIGKILL);
  ASSERT_TRUE(others.acquire(false));
  EXPECT_TRUE(others.abandoned());
  others.release();
}

}  // namespace
}  // namespace multiprocessing::tests::many_shared_objects_test
