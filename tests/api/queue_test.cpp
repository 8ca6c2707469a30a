// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>
#include <multiprocessing/queue.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <deque>
#include <map>
#include <thread>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::queue_test {
namespace {

using namespace std::chrono_literals;

TEST(Queue, GivesWhatWasPutInItsOrder) {
  Queue<std::string> queue;
  EXPECT_TRUE(queue.empty());
  for (int number = 0; number != 20; ++number) queue.put(std::to_string(number));
  EXPECT_EQ(queue.qsize(), 20);
  EXPECT_FALSE(queue.empty());
  for (int number = 0; number != 20; ++number) EXPECT_EQ(queue.get(), std::to_string(number));
  EXPECT_TRUE(queue.empty());
}

TEST(Queue, IsInheritedWithWhatIsInIt) {
  Queue<int> queue;
  Queue<int> results;
  for (int number = 0; number != 10; ++number) queue.put(number);
  ChildProcess child([&] {
    for (int number = 0; number != 20; ++number) results.put(queue.get());
  });
  for (int number = 10; number != 20; ++number) queue.put(number);
  for (int number = 0; number != 20; ++number) EXPECT_EQ(results.get(), number);
  EXPECT_EQ(child.wait().exit_code, 0);
}

TEST(Queue, OfMessagesOfAllSizesKeepsTheirContents) {
  Queue<std::string> queue;
  Queue<std::string> back;
  ChildProcess child([&] {
    while (true) {
      const std::string text = queue.get();
      back.put(text);
      if (text == "end") break;
    }
  });
  for (std::size_t size : {0U, 1U, 7U, 8U, 9U, 4'095U, 65'536U, 1'000'000U, 5'000'000U}) {
    std::string text(size, ' ');
    for (std::size_t i = 0; i != size; ++i) text[i] = static_cast<char>('a' + i % 23);
    queue.put(text);
    EXPECT_TRUE(back.get() == text) << size;
  }
  queue.put("end");
  EXPECT_EQ(back.get(), "end");
  EXPECT_EQ(child.wait().exit_code, 0);
}

TEST(Queue, GetEndsAtItsDeadline) {
  Queue<int> queue;
  EXPECT_THROW(queue.get_nowait(), Empty);
  EXPECT_THROW(queue.get(5ms), Empty);
  EXPECT_THROW(queue.get(-1s), Empty);
  queue.put(1);
  EXPECT_EQ(queue.get(-1s), 1);
  queue.put(2);
  EXPECT_EQ(queue.get_nowait(), 2);
}

TEST(Queue, WithMaxsizeIsFullAtIt) {
  Queue<int> queue(2);
  queue.put_nowait(1);
  EXPECT_FALSE(queue.full());
  queue.put(2, 1s);
  EXPECT_TRUE(queue.full());
  EXPECT_THROW(queue.put_nowait(3), Full);
  EXPECT_THROW(queue.put(3, 5ms), Full);
  EXPECT_EQ(queue.get(), 1);
  queue.put(3);
  EXPECT_EQ(queue.get(), 2);
  EXPECT_EQ(queue.get(), 3);
  EXPECT_TRUE(queue.empty());
  EXPECT_FALSE(Queue<int>().full());
}

TEST(Queue, PutWaitsForRoomAndGetForMessages) {
  Queue<long> queue(1);
  ChildProcess putter([&] {
    for (long number = 0; number != 3'000; ++number) queue.put(number);
  });
  for (long number = 0; number != 3'000; ++number) ASSERT_EQ(queue.get(), number);
  EXPECT_EQ(putter.wait().exit_code, 0);
}

TEST(Queue, GivesEachMessageToOneOfManyProcesses) {
  constexpr int putters = 3;
  constexpr int getters = 3;
  constexpr int each = 2'000;
  Queue<std::pair<int, int>> queue(50);
  Queue<std::vector<std::pair<int, int>>> got;
  std::deque<ChildProcess> children;
  for (int putter = 0; putter != putters; ++putter) {
    children.emplace_back([&, putter] {
      for (int number = 0; number != each; ++number) queue.put({putter, number});
    });
  }
  for (int getter = 0; getter != getters; ++getter) {
    children.emplace_back([&] {
      std::vector<std::pair<int, int>> all;
      for (auto message = queue.get(); message.first >= 0; message = queue.get()) all.push_back(message);
      got.put(all);
    });
  }
  for (int putter = 0; putter != putters; ++putter) {
    EXPECT_EQ(children[static_cast<std::size_t>(putter)].wait().exit_code, 0);
  }
  for (int getter = 0; getter != getters; ++getter) queue.put({-1, 0});
  std::map<std::pair<int, int>, int> times;
  for (int getter = 0; getter != getters; ++getter) {
    std::map<int, int> last;
    for (const auto& message : got.get()) {
      ++times[message];
      EXPECT_GE(message.second, last[message.first]) << "of putter " << message.first;
      last[message.first] = message.second;
    }
  }
  EXPECT_EQ(times.size(), std::size_t{putters * each});
  for (const auto& [message, count] : times) EXPECT_EQ(count, 1);
}

TEST(Queue, TakesALotBeforeAnybodyGets) {
  Queue<std::string> queue;
  const std::string text(100, 'x');
  for (int number = 0; number != 200'000; ++number) queue.put_nowait(text);
  EXPECT_EQ(queue.qsize(), 200'000);
  for (int number = 0; number != 200'000; ++number) ASSERT_EQ(queue.get_nowait(), text);
  EXPECT_THROW(queue.get_nowait(), Empty);
}

TEST(Queue, ThatIsClosedIsForOthersOnly) {
  Queue<int> queue;
  queue.put(1);
  ChildProcess child([&] { queue.put(queue.get() + 1); });
  EXPECT_EQ(child.wait().exit_code, 0);
  Queue<int> copy = queue;
  EXPECT_EQ(copy.qsize(), 1);
  copy.close();
  EXPECT_THROW(queue.put(1), std::logic_error);
  EXPECT_THROW(queue.get(), std::logic_error);
  EXPECT_THROW(queue.get_nowait(), std::logic_error);
  EXPECT_THROW(queue.put_nowait(1), std::logic_error);
}

TEST(Queue, RefusesANegativeMaxsize) { EXPECT_THROW(Queue<int>(-1), std::invalid_argument); }

// Throws while it is saved, or loaded, if its number says so.
struct Fickle {
  int number = 0;
  template <class Archive>
  void save(Archive& archive) const {
    if (number == 1) throw std::domain_error("not this one");
    archive(number);
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(number);
    if (number == 2) throw std::range_error("nor that");
  }
};

TEST(Queue, GoesOnAfterAMessageThatCannotBeSerialised) {
  Queue<Fickle> queue;
  EXPECT_THROW(queue.put({1}), std::domain_error);
  EXPECT_EQ(queue.qsize(), 0);
  queue.put({2});
  queue.put({3});
  EXPECT_EQ(queue.qsize(), 2);
  EXPECT_THROW(queue.get(), std::range_error);
  EXPECT_EQ(queue.get().number, 3);
}

TEST(Queue, ServesThreadsToo) {
  Queue<int> queue(3);
  std::thread putter([&] {
    for (int number = 0; number != 1'000; ++number) queue.put(number);
  });
  for (int number = 0; number != 1'000; ++number) EXPECT_EQ(queue.get(), number);
  putter.join();
}

Queue<int>* inherited = nullptr;
int put_twice(int number) {
  inherited->put(number);
  inherited->put(-number);
  return number;
}

TEST(Queue, IsInheritedByTheWorkersOfAPool) {
  Queue<int> queue;
  inherited = &queue;
  Pool pool(2);
  EXPECT_EQ(pool.map(put_twice, {1, 2, 3}), (std::vector{1, 2, 3}));
  EXPECT_EQ(queue.qsize(), 6);
  int sum = 0;
  int magnitudes = 0;
  for (int message = 0; message != 6; ++message) {
    const int number = queue.get();
    sum += number;
    magnitudes += std::abs(number);
  }
  EXPECT_EQ(sum, 0);
  EXPECT_EQ(magnitudes, 12);
}

TEST(Queue, TakesAMoveOnlyMessage) {
  Queue<std::unique_ptr<int>> queue;
  queue.put(std::make_unique<int>(7));
  EXPECT_EQ(*queue.get(), 7);
}

TEST(SimpleQueue, PutsAndGets) {
  SimpleQueue<std::string> queue;
  EXPECT_TRUE(queue.empty());
  ChildProcess child([&] { queue.put("hello"); });
  EXPECT_EQ(queue.get(), "hello");
  EXPECT_EQ(child.wait().exit_code, 0);
  queue.close();
  EXPECT_THROW(queue.put("more"), std::logic_error);
}

TEST(JoinableQueue, IsJoinedWhenAllIsDone) {
  JoinableQueue<int> queue;
  queue.join();
  EXPECT_THROW(queue.task_done(), std::logic_error);
  for (int number = 0; number != 10; ++number) queue.put(number);
  EXPECT_FALSE(queue.join(5ms));
  const Shared<Event> go;
  std::deque<ChildProcess> children;
  for (int child = 0; child != 2; ++child) {
    children.emplace_back([&] {
      for (int number = 0; number != 5; ++number) {
        queue.get();
        go->wait();
        queue.task_done();
      }
    });
  }
  for (int number = 0; number != 9; ++number) go->happen();
  EXPECT_FALSE(queue.join(5ms));
  go->happen();
  queue.join();
  EXPECT_TRUE(queue.join(-1s));
  for (ChildProcess& child : children) EXPECT_EQ(child.wait().exit_code, 0);
  EXPECT_THROW(queue.task_done(), std::logic_error);
}

// One message that nobody is done with, and others that come and go: at no moment is all done.
TEST(JoinableQueue, IsNotJoinedBecauseTwoMessagesOverlap) {
  JoinableQueue<int> queue;
  queue.put(0);
  std::atomic<bool> enough = false;
  std::thread busy([&] {
    while (!enough) {
      queue.put(1);
      queue.task_done();
      queue.get();
    }
  });
  const auto end = std::chrono::steady_clock::now() + 500ms;
  int times_joined = 0;
  while (std::chrono::steady_clock::now() < end) times_joined += queue.join(0s) ? 1 : 0;
  enough = true;
  busy.join();
  EXPECT_EQ(times_joined, 0);
}

}  // namespace
}  // namespace multiprocessing::tests::queue_test
