// SPDX-License-Identifier: MIT
// A program's static objects are destroyed when it ends, whatever its threads hold or wait for. Others go on.
#include <multiprocessing/lock.hpp>
#include <multiprocessing/pipe.hpp>
#include <multiprocessing/queue.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <optional>
#include <thread>

#include "support/child_process.hpp"
#include "support/deadline.hpp"

namespace multiprocessing::tests::destroyed_in_use_test {
namespace {

using namespace std::chrono_literals;

template <class L>
class DestroyedLock : public ::testing::Test {};
using EveryLock = ::testing::Types<Lock, RLock>;
TYPED_TEST_SUITE(DestroyedLock, EveryLock);

TYPED_TEST(DestroyedLock, WhileItIsHeldGoesToTheNextOneWhoIsTold) {
  std::optional<TypeParam> lock(std::in_place);
  EXPECT_EQ(run_in_child([&] {
              lock->acquire();
              lock.reset();
            }).exit_code,
            0);
  ASSERT_TRUE(lock->acquire(10s * patience));
  EXPECT_TRUE(lock->abandoned());
  lock->release();
}

TYPED_TEST(DestroyedLock, WhileItIsHeldLeavesOtherLocksInOrder) {
  EXPECT_EQ(run_in_child([] {
              TypeParam first;
              first.acquire();
              std::optional<TypeParam> destroyed(std::in_place);
              destroyed->acquire();
              destroyed.reset();
              first.release();
              first.acquire();
            }).exit_code,
            0);
}

TYPED_TEST(DestroyedLock, WhileAnotherThreadHoldsItGoesToTheNextOneWhenTheProcessEnds) {
  std::optional<TypeParam> lock(std::in_place);
  EXPECT_EQ(run_in_child([&] {
              std::atomic<bool> is_held = false;
              std::thread([&] {
                lock->acquire();
                is_held = true;
                while (true) pause();
              }).detach();
              while (!is_held) std::this_thread::yield();
              lock.reset();
            }).exit_code,
            0);
  ASSERT_TRUE(lock->acquire(10s * patience));
  EXPECT_TRUE(lock->abandoned());
  lock->release();
}

// Starts a thread that runs `wait`, and returns when it sleeps in there.
template <class Wait>
void wait_in_another_thread(Wait wait) {
  std::atomic<pid_t> thread = 0;
  std::thread([wait, &thread] {
    thread = gettid();
    wait();
  }).detach();
  while (thread == 0) std::this_thread::yield();
  ASSERT_TRUE(eventually([&] {
    std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
    std::string stat;
    return std::getline(file, stat) && stat.find(") S ") != std::string::npos;
  }));
}

TEST(DestroyedQueue, WhileAThreadGetsIsStillThereForOthers) {
  std::optional<Queue<int>> queue(std::in_place);
  EXPECT_EQ(run_in_child([&] {
              wait_in_another_thread([&queue] { (void)queue->get(); });
              queue.reset();
            }).exit_code,
            0);
  queue->put(7);
  EXPECT_EQ(queue->get(10s * patience), 7);
}

TEST(DestroyedQueue, WhileAThreadPutsIsStillThereForOthers) {
  std::optional<Queue<int>> queue(std::in_place, 1);
  queue->put(7);
  EXPECT_EQ(run_in_child([&] {
              wait_in_another_thread([&queue] { queue->put(8); });
              queue.reset();
            }).exit_code,
            0);
  EXPECT_EQ(queue->get(10s * patience), 7);
  queue->put(9, 10s * patience);
  EXPECT_EQ(queue->get(10s * patience), 9);
}

TEST(DestroyedPipe, WhileAThreadReceivesIsStillThereForOthers) {
  std::optional ends(Pipe<int>());
  EXPECT_EQ(run_in_child([&] {
              wait_in_another_thread([&ends] { (void)ends->first.recv(); });
              ends.reset();
            }).exit_code,
            0);
  ends->second.send(7);
  EXPECT_EQ(ends->first.recv(), 7);
}

}  // namespace
}  // namespace multiprocessing::tests::destroyed_in_use_test
