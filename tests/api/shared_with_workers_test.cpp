// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>

#include <mutex>

#include "support/shared.hpp"

namespace multiprocessing::tests::shared_with_workers_test {
namespace {

// What a pool's tasks share with each other and with the program, and have by inheritance.
Lock* lock = nullptr;
long* count = nullptr;

TEST(SharedWithWorkers, ALockIsInheritedByThePoolsTasks) {
  Lock the_lock;
  const Shared<long> the_count;
  lock = &the_lock;
  count = the_count.get();
  Pool pool(2);
  pool.map(
      [](int times) {
        for (; times != 0; --times) {
          const std::scoped_lock hold(*lock);
          *count = *count + 1;
        }
      },
      std::vector<int>(20, 1'000));
  EXPECT_EQ(*the_count, 20'000);
}

TEST(SharedWithWorkers, OneThatATaskHeldWhenItWasKilledGoesToTheNext) {
  Lock the_lock;
  lock = &the_lock;
  Pool pool(1);
  EXPECT_THROW(pool.apply([] {
    lock->acquire();
    std::abort();
  }),
               WorkerLost);
  EXPECT_TRUE(pool.apply([] {
    const std::scoped_lock hold(*lock);
    return lock->abandoned();
  }));
}

TEST(SharedWithWorkers, EventsAndSemaphoresReachFromTheProgramIntoATask) {
  multiprocessing::Event begin;
  Semaphore done(0);
  fork_map(
      [&](int item) {
        if (item == 0) {
          begin.set();
        } else {
          begin.wait();
          done.release(item);
        }
      },
      {3, 2, 0}, 3);
  EXPECT_EQ(done.get_value(), 5);
}

TEST(SharedWithWorkers, ProcessesTakeThemAsArguments) {
  Barrier barrier(3);
  Condition condition;
  const Shared<int> passed;
  const auto pass = [&](Barrier together, Condition changed) {
    together.wait();
    const std::scoped_lock hold(changed);
    ++*passed.get();
    changed.notify_all();
  };
  Process first(pass, barrier, condition);
  Process second(pass, barrier, condition);
  first.start();
  second.start();
  barrier.wait();
  {
    const std::scoped_lock hold(condition);
    EXPECT_TRUE(condition.wait_for([&] { return *passed == 2; }));
  }
  first.join();
  second.join();
  EXPECT_EQ(first.exitcode(), 0);
}

}  // namespace
}  // namespace multiprocessing::tests::shared_with_workers_test
