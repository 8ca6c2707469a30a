// SPDX-License-Identifier: MIT
#include <multiprocessing/event.hpp>
#include <multiprocessing/value.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace multiprocessing::tests::shared_objects_test {
namespace {

constexpr int several = 4;
constexpr int often = 500;

// Threads get each other's memory, which was written, locked and waited for under other names.
TEST(SharedObjects, MayBeMadeAndDroppedByThreadsAtOnce) {
  const Value<long> sum;
  std::vector<std::thread> threads;
  for (int thread = 0; thread != several; ++thread) {
    threads.emplace_back([&] {
      for (int times = 0; times != often; ++times) {
        std::optional<Value<int>> value(std::in_place);
        const Lock first;
        const Lock second;
        const Event event;
        EXPECT_EQ(value->get_obj(), 0);
        value->set(times + 1);
        event.set();
        const std::scoped_lock hold(times % 2 == 0 ? first : second);
        const std::scoped_lock hold_other(times % 2 == 0 ? second : first);
        const std::scoped_lock hold_sum(sum.get_lock());
        ++sum.get_obj();
        value.reset();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum.value(), several * often);
}

TEST(SharedObjects, AreDroppedByWhicheverThreadHasTheLastCopy) {
  for (int round = 0; round != often; ++round) {
    const Value<int> neighbour;
    std::vector<std::thread> threads;
    {
      const Value<int> value(1);
      for (int thread = 0; thread != several; ++thread) {
        threads.emplace_back([value, thread] { value.set(value.value() + thread); });
      }
    }
    const Value<int> next;
    EXPECT_EQ(next.value(), 0);
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(next.value(), 0);
  }
}

}  // namespace
}  // namespace multiprocessing::tests::shared_objects_test
