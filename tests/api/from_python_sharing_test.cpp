// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

// The lines of the guide's table "Coming from Python" about what processes share, as they stand there.

namespace multiprocessing::tests::from_python_sharing_test {
namespace {

namespace mp = multiprocessing;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

TEST(FromPython, Locks) {
  mp::Lock lock;
  { const std::scoped_lock hold(lock); }
  if (lock.acquire(2s)) lock.release();
  EXPECT_TRUE(lock.acquire(false));
  EXPECT_FALSE(lock.abandoned());
  lock.release();
  mp::RLock rlock;
  EXPECT_FALSE(rlock.locked());

  mp::Semaphore semaphore(3);
  mp::BoundedSemaphore bounded(3);
  semaphore.acquire();
  semaphore.release();
  EXPECT_EQ(semaphore.get_value(), bounded.get_value());
  const std::scoped_lock hold(semaphore);
}

TEST(FromPython, EventsConditionsAndBarriers) {
  mp::Event event;
  event.set();
  EXPECT_TRUE(event.wait(2s));
  event.clear();
  EXPECT_FALSE(event.is_set());

  mp::Lock lock;
  mp::Condition condition;
  mp::Condition with_lock(lock);
  bool is_ready = false;
  {
    const std::scoped_lock hold(condition);
    is_ready = true;
    condition.notify(2);
    condition.notify_all();
    EXPECT_TRUE(condition.wait_for([&] { return is_ready; }, 2s));
    EXPECT_TRUE(is_ready || condition.wait(2s));
  }
  {
    const std::scoped_lock hold(with_lock);
    EXPECT_FALSE(with_lock.wait(0s));
  }

  int actions = 0;
  const auto action = [&] { ++actions; };
  mp::Barrier barrier(1);
  mp::Barrier with_action(1, action, 2s);
  EXPECT_EQ(barrier.wait(), 0);
  EXPECT_EQ(with_action.wait(), 0);
  EXPECT_EQ(actions, 1);
  barrier.abort();
  try {
    barrier.wait(2s);
    FAIL() << "it was broken";
  } catch (const mp::BrokenBarrierError&) {
  }
  barrier.reset();
  EXPECT_FALSE(barrier.broken());
}

TEST(FromPython, Queues) {
  mp::Queue<std::string> queue(100);
  queue.put("one");
  EXPECT_EQ(queue.get(), "one");
  queue.put("one", 2s);
  EXPECT_EQ(queue.get(2s), "one");
  queue.put_nowait("one");
  EXPECT_EQ(queue.get_nowait(), "one");
  try {
    queue.get_nowait();
    FAIL() << "there was a message";
  } catch (const mp::Empty&) {
  } catch (const mp::Full&) {
  }
  EXPECT_EQ(queue.qsize(), 0);
  EXPECT_TRUE(queue.empty());
  EXPECT_FALSE(queue.full());
  queue.close();

  mp::JoinableQueue<int> joinable;
  joinable.put(1);
  joinable.get();
  joinable.task_done();
  joinable.join();

  mp::SimpleQueue<int> simple;
  simple.put(1);
  EXPECT_EQ(simple.get(), 1);
  EXPECT_TRUE(simple.empty());
}

TEST(FromPython, Pipes) {
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

  auto [reader, writer] = mp::Pipe<int>(false);
  mp::Process p([&writer = writer] { writer.send(1); });
  p.start();
  EXPECT_FALSE(mp::wait({reader.fileno(), p.sentinel()}, 2s).empty());
  p.join();
  reader.close();
  EXPECT_TRUE(reader.closed());
}

TEST(FromPython, SharedValues) {
  mp::Value<int> count(0);
  {
    const std::scoped_lock hold(count.get_lock());
    ++count.get_obj();
  }
  EXPECT_EQ(count.value(), 1);
  mp::RawValue<int> raw(7);
  raw.set(8);
  EXPECT_EQ(raw.value(), 8);

  mp::Array<double> numbers(1'000'000);
  numbers[3] = 0.5;
  EXPECT_EQ(numbers.size(), 1'000'000U);
  numbers.assign(std::vector<double>(1'000'000, 1.0));
  EXPECT_EQ(numbers.to_vector()[3], 1.0);
  { const std::scoped_lock hold(numbers.get_lock()); }
  mp::RawArray<int> raw_numbers(10);
  mp::Array<char> text("hello"sv);
  EXPECT_EQ(raw_numbers.size(), 2 * text.size());
}

TEST(FromPython, SharedMemory) {
  mp::SharedMemory memory({}, true, 4096);
  EXPECT_EQ(mp::SharedMemory(memory.name()).buf().size(), memory.size());
  memory.close();
  memory.unlink();

  mp::ShareableList list({"text", 42, 1.5});
  list[1] = 43;
  EXPECT_EQ(std::get<std::int64_t>(list[1]), 43);
  const std::string name = list.shm().name();
  EXPECT_EQ(mp::ShareableList::attach(name).to_vector(), list.to_vector());
  list.shm().unlink();
}

}  // namespace
}  // namespace multiprocessing::tests::from_python_sharing_test
