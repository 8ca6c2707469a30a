// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

// The lines of README's table "Coming from Python" about what processes share, as they stand there.

namespace multiprocessing::tests {
namespace {

namespace mp = multiprocessing;
using namespace std::chrono_literals;

TEST(FromPython, LocksAndTheirKind) {
  mp::Lock lock;
  { const std::scoped_lock hold(lock); }
  lock.acquire();
  lock.release();
  if (lock.acquire(2s)) lock.release();
  mp::RLock rlock;
  mp::Semaphore semaphore(3);
  mp::BoundedSemaphore bounded(3);
  semaphore.acquire(), semaphore.release();
  EXPECT_EQ(bounded.get_value(), 3);

  mp::Event event;
  event.set();
  EXPECT_TRUE(event.wait(2s));
  event.clear();
  EXPECT_FALSE(event.is_set());

  mp::Condition condition;
  bool is_ready = false;
  {
    const std::scoped_lock hold(condition);
    is_ready = true;
    condition.notify_all();
    EXPECT_TRUE(condition.wait_for([&] { return is_ready; }, 2s));
  }

  mp::Barrier barrier(1);
  EXPECT_EQ(barrier.wait(), 0);
}

TEST(FromPython, QueuesAndPipes) {
  mp::Queue<std::string> queue(100);
  queue.put("one", 2s);
  EXPECT_EQ(queue.get(2s), "one");
  mp::JoinableQueue<int> joinable;
  joinable.put(1);
  joinable.get();
  joinable.task_done();
  joinable.join();
  mp::SimpleQueue<int> simple;
  EXPECT_TRUE(simple.empty());
  try {
    queue.get_nowait();
    FAIL() << "there was a message";
  } catch (const mp::Empty&) {
  } catch (const mp::Full&) {
  }

  auto [mine, theirs] = mp::Pipe<std::string>();
  mine.send("one");
  EXPECT_EQ(theirs.recv(), "one");
  theirs.close();
  EXPECT_TRUE(mine.poll(2s));
  try {
    mine.recv();
    FAIL() << "there was a message";
  } catch (const mp::EOFError&) {
  }
}

TEST(FromPython, SharedValues) {
  mp::Value<int> count(0);
  {
    const std::scoped_lock hold(count.get_lock());
    ++count.get_obj();
  }
  EXPECT_EQ(count.value(), 1);
  mp::Array<double> numbers(1'000'000);
  numbers[3] = 0.5;
  numbers.assign(std::vector<double>(1'000'000, 1.0));
  EXPECT_EQ(numbers.to_vector()[3], 1.0);
  mp::RawArray<int> raw(10);
  EXPECT_EQ(raw.size(), 10U);

  mp::SharedMemory memory({}, true, 4096);
  EXPECT_EQ(mp::SharedMemory(memory.name()).buf().size(), 4096U);
  memory.close(), memory.unlink();

  mp::ShareableList list({"text", 42, 1.5});
  list.set(1, 43);
  EXPECT_EQ(std::get<std::int64_t>(mp::ShareableList::attach(list.shm().name())[1]), 43);
  list.shm().unlink();
}

}  // namespace
}  // namespace multiprocessing::tests
