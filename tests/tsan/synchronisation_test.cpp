// SPDX-License-Identifier: MIT
#include <multiprocessing/array.hpp>
#include <multiprocessing/barrier.hpp>
#include <multiprocessing/condition.hpp>
#include <multiprocessing/errors.hpp>
#include <multiprocessing/event.hpp>
#include <multiprocessing/queue.hpp>
#include <multiprocessing/semaphore.hpp>
#include <multiprocessing/shared_memory.hpp>
#include <multiprocessing/value.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace multiprocessing::tests::synchronisation_test {
namespace {

using namespace std::chrono_literals;

constexpr int several = 4;
constexpr int often = 2'000;

// What each test looks at is written and read without atomics: a thread that does not have to see it yet, but touches
// it, is what ThreadSanitizer reports. All begin at once.
template <class Work>
void run_threads(int count, Work work) {
  std::vector<std::thread> threads;
  std::atomic<int> ready = 0;
  for (int index = 0; index != count; ++index) {
    threads.emplace_back([&, index] {
      for (++ready; ready != count;) std::this_thread::yield();
      work(index);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

template <class L>
void count_under(L& lock) {
  int count = 0;
  int given_up = 0;
  std::mutex given_up_guard;
  run_threads(several, [&](int) {
    for (int times = 0; times != often; ++times) {
      const bool is_held = times % 3 == 0 ? lock.acquire() : times % 3 == 1 ? lock.acquire(20us) : lock.acquire(false);
      if (is_held) {
        ++count;
        if (times % 20 == 0) std::this_thread::yield();  // so that others have to wait, or give up
        lock.release();
      } else {
        const std::scoped_lock hold(given_up_guard);
        ++given_up;
      }
    }
  });
  EXPECT_EQ(count + given_up, several * often);
}

TEST(BetweenThreads, WhatWasDoneUnderALockIsSeenByItsNextHolder) {
  Lock lock;
  count_under(lock);
}

TEST(BetweenThreads, WhatWasDoneUnderAnRLockIsSeenByItsNextHolder) {
  RLock lock;
  count_under(lock);
  int count = 0;
  run_threads(several, [&](int) {
    for (int times = 0; times != often; ++times) {
      const std::scoped_lock outside(lock);
      const std::scoped_lock inside(lock);
      (void)lock.locked();
      EXPECT_FALSE(lock.abandoned());
      ++count;
    }
  });
  EXPECT_EQ(count, several * often);
}

TEST(BetweenThreads, WhatWasDoneBeforeReleaseOfASemaphoreIsSeenAfterAcquire) {
  Semaphore only_one(1);
  Semaphore written(0);
  BoundedSemaphore room(several);  // that may be written before it is read
  std::vector<int> places(several * often);
  int count = 0;
  run_threads(several, [&](int) {
    for (int times = 0; times != often; ++times) {
      only_one.acquire();
      places[static_cast<std::size_t>(count)] = count;
      ++count;
      only_one.release();
    }
  });
  EXPECT_EQ(count, several * often);
  std::thread reader([&] {
    for (const int& place : places) {
      while (!written.acquire(100us)) (void)written.get_value();
      EXPECT_EQ(place, -1);
      room.release();
    }
  });
  for (int& place : places) {
    room.acquire();
    place = -1;
    written.release();
  }
  reader.join();
}

TEST(BetweenThreads, WhatWasDoneBeforeSetOfAnEventIsSeenAfterWait) {
  constexpr std::size_t rounds = 100;
  std::vector<Event> events(rounds);
  std::vector<int> places(rounds);
  run_threads(several, [&](int index) {
    for (std::size_t round = 0; round != rounds; ++round) {
      if (index == 0) {
        places[round] = 1;
        events[round].set();
        if (round % 2 != 0) continue;
        events[round].clear();  // who waits goes on, and who comes later is told once more
        events[round].set();
      } else {
        if (index == 1) {
          events[round].wait();
        } else if (index == 2) {
          while (!events[round].wait(50us)) continue;
        } else {
          while (!events[round].is_set()) std::this_thread::yield();
        }
        EXPECT_EQ(places[round], 1);
      }
    }
  });
}

TEST(BetweenThreads, WhatWasDoneBeforeNotifyOfAConditionIsSeenAfterWait) {
  Condition condition;
  int full = 0;
  int put = 0;
  int taken = 0;
  run_threads(2 * several, [&](int index) {
    for (int times = 0; times != often; ++times) {
      const std::scoped_lock hold(condition);
      if (index % 2 == 0) {
        condition.wait_for([&] { return full != 2; });
        ++full;
        ++put;
      } else {
        while (!condition.wait_for([&] { return full != 0; }, 200us)) continue;
        --full;
        ++taken;
      }
      if (times % 2 == 0) {
        condition.notify_all();
      } else {
        condition.notify(2 * several);
      }
    }
  });
  EXPECT_EQ(put, several * often);
  EXPECT_EQ(taken, several * often);
  EXPECT_EQ(full, 0);
}

TEST(BetweenThreads, WhatWasDoneBeforeABarrierIsSeenBehindIt) {
  std::vector<int> places(several);
  int sum = 0;
  Barrier barrier(several, [&] {
    sum = 0;
    for (const int place : places) sum += place;
  });
  run_threads(several, [&](int index) {
    for (int round = 1; round != often; ++round) {
      places[static_cast<std::size_t>(index)] = round;
      if (round % 2 == 0) {
        barrier.wait();
      } else {
        barrier.wait(10min);
      }
      for (const int place : places) EXPECT_EQ(place, round);
      EXPECT_EQ(sum, several * round);
      barrier.wait();
    }
  });
}

TEST(BetweenThreads, WhatWasDoneBeforeABarrierWasBrokenIsSeenByThoseThatAreTold) {
  for (int round = 0; round != 50; ++round) {
    Barrier barrier(several);
    int place = 0;
    run_threads(several - 1, [&](int index) {
      if (index == 0) {
        place = 1;
        barrier.abort();
      } else {
        EXPECT_THROW(barrier.wait(), BrokenBarrierError);
        EXPECT_EQ(place, 1);
      }
    });
    barrier.reset();
    EXPECT_EQ(barrier.n_waiting(), 0);
  }
}

TEST(BetweenThreads, ValuesAndArraysAreReadAndWrittenUnderTheirLocks) {
  Value<long> value;
  Array<int> array(100);
  run_threads(several, [&](int index) {
    for (int times = 0; times != often / 5; ++times) {
      {
        const std::scoped_lock hold(value.get_lock());
        ++value.get_obj();
      }
      value.set(value.value());  // may undo what others did
      const std::scoped_lock hold(array.get_lock());
      for (int& number : array) number += index;
      EXPECT_EQ(array[0], array[99]);
    }
  });
  EXPECT_GT(value.value(), 0);
  EXPECT_EQ(array[50], often / 5 * (several - 1) * several / 2);
}

TEST(BetweenThreads, SharedMemoryIsReadAfterItWasSaidToBeWritten) {
  SharedMemory memory({}, true, 4096);
  Event is_written;
  std::thread writer([&] {
    for (std::byte& place : memory.buf()) place = std::byte{7};
    is_written.set();
  });
  is_written.wait();
  for (const std::byte place : memory.buf()) ASSERT_EQ(place, std::byte{7});
  writer.join();
  memory.unlink();
}

TEST(BetweenThreads, WhatWasDoneBeforePutIsSeenAfterGetAndBeforeTaskDoneAfterJoin) {
  JoinableQueue<int> queue(3);
  std::vector<int> places(often);
  std::vector<std::thread> getters;
  for (int getter = 0; getter != several; ++getter) {
    getters.emplace_back([&] {
      for (int number = queue.get(); number != often; number = queue.get()) {
        EXPECT_EQ(places[static_cast<std::size_t>(number)], 1);
        places[static_cast<std::size_t>(number)] = 2;
        queue.task_done();
      }
      queue.task_done();
    });
  }
  for (int number = 0; number != often; ++number) {
    places[static_cast<std::size_t>(number)] = 1;
    queue.put(number);
  }
  queue.join();
  for (const int place : places) EXPECT_EQ(place, 2);
  for (int getter = 0; getter != several; ++getter) queue.put(often);
  for (std::thread& getter : getters) getter.join();
}

}  // namespace
}  // namespace multiprocessing::tests::synchronisation_test
