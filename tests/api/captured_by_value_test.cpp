// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <mutex>

#include "support/deadline.hpp"

// A copy is the same object. So a lambda that is not mutable, and captures one by value, may use all of it.
namespace multiprocessing::tests::captured_by_value_test {
namespace {

using namespace std::chrono_literals;

constexpr auto soon = 10s * patience;

template <class Target>
void run_in_process(const Target& target) {
  Process process(target);
  process.start();
  process.join();
  EXPECT_EQ(process.exitcode(), 0);
}

TEST(CapturedByValue, AQueue) {
  const Queue<int> queue(2);
  run_in_process([queue] {
    queue.put(1);
    queue.put(queue.get(soon) + 1, soon);
    queue.put_nowait(queue.get() + 1);
    queue.put_nowait(queue.get_nowait() + 1);
    queue.close();
  });
  EXPECT_EQ(queue.get(), 4);
}

TEST(CapturedByValue, ASimpleQueue) {
  const SimpleQueue<int> queue;
  run_in_process([queue] {
    queue.put(1);
    queue.put(queue.get() + 1);
    queue.close();
  });
  EXPECT_EQ(queue.get(), 2);
}

TEST(CapturedByValue, AJoinableQueue) {
  const JoinableQueue<int> queue;
  queue.put(1);
  run_in_process([queue] {
    queue.get();
    queue.task_done();
    queue.join();
  });
  EXPECT_TRUE(queue.join(soon));
}

template <class T>
class AnyCaptured : public ::testing::Test {};
struct Names {
  template <class T>
  static std::string GetName(int) {
    if constexpr (std::is_same_v<T, Lock>) return "Lock";
    if constexpr (std::is_same_v<T, RLock>) return "RLock";
    if constexpr (std::is_same_v<T, Condition>) return "Condition";
    return std::is_same_v<T, Semaphore> ? "Semaphore" : "BoundedSemaphore";
  }
};
using EveryLock = ::testing::Types<Lock, RLock, Condition, Semaphore, BoundedSemaphore>;
TYPED_TEST_SUITE(AnyCaptured, EveryLock, Names);

TYPED_TEST(AnyCaptured, IsAcquiredAndReleased) {
  const TypeParam lock;
  run_in_process([lock] {
    lock.acquire();
    lock.release();
    if (lock.acquire(soon)) lock.unlock();
    if (lock.try_lock()) lock.unlock();
    const std::scoped_lock hold(lock);
  });
  const std::unique_lock hold(lock);
  EXPECT_TRUE(hold.owns_lock());
}

TEST(CapturedByValue, AnEvent) {
  const multiprocessing::Event event, answer;
  answer.set();
  run_in_process([event, answer] {
    answer.clear();
    event.set();
    event.wait();
    if (!event.wait(soon)) throw TimeoutError("the event was set");
  });
  EXPECT_TRUE(event.is_set());
  EXPECT_FALSE(answer.is_set());
}

TEST(CapturedByValue, ACondition) {
  const Condition condition;
  const Value<bool> is_ready(false);
  std::unique_lock hold(condition);
  Process process([condition, is_ready] {
    const std::scoped_lock hold_here(condition);
    is_ready.set(true);
    condition.notify();
    condition.notify_all();
    (void)condition.wait(0s);
  });
  process.start();
  EXPECT_TRUE(condition.wait_for([is_ready] { return is_ready.value(); }, soon));
  hold.unlock();
  process.join();
  EXPECT_EQ(process.exitcode(), 0);
}

TEST(CapturedByValue, ABarrier) {
  const Barrier barrier(2);
  Process process([barrier] {
    barrier.wait();
    barrier.wait(soon);
    barrier.abort();
  });
  process.start();
  barrier.wait(soon);
  barrier.wait();
  process.join();
  EXPECT_EQ(process.exitcode(), 0);
  EXPECT_TRUE(barrier.broken());
  barrier.reset();
}

TEST(CapturedByValue, AConnection) {
  const auto ends = Pipe<int>();
  run_in_process([connection = ends.second] {
    connection.send(1);
    connection.close();
  });
  EXPECT_EQ(ends.first.recv(), 1);
  ends.first.close();
}

TEST(CapturedByValue, SharedMemoryAndAList) {
  const SharedMemory memory({}, true, 1);
  const ShareableList list({1, 2});
  run_in_process([memory, list] {
    memory.buf()[0] = std::byte{5};
    memory.close();
    list.set(0, 3);
    list[1] = 4;
  });
  EXPECT_EQ(memory.buf()[0], std::byte{5});
  EXPECT_EQ(list.to_vector(), (std::vector<ShareableList::Value>{3, 4}));
  memory.unlink();
  list.shm().unlink();
}

}  // namespace
}  // namespace multiprocessing::tests::captured_by_value_test
