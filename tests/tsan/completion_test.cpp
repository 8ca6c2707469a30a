// SPDX-License-Identifier: MIT
#include "api/each_once.hpp"
#include "pool/completion_queue.hpp"
#include "tsan/threaded_workers.hpp"

#include <multiprocessing/as_completed.hpp>
#include <multiprocessing/serial_pool.hpp>
#include <multiprocessing/thread_pool.hpp>

#include <set>
#include <thread>
#include <vector>

namespace multiprocessing::tests::completion_test {
namespace {

constexpr std::size_t tags = 2000;

int same(int number) { return number; }

TEST(CompletionQueue, GetsEachTagOnceWhileThreadsPush) {
  const auto queue = detail::CompletionQueue::make();
  for (std::size_t tag = 0; tag != tags; ++tag) queue->make_room();
  std::vector<std::jthread> threads;
  for (std::size_t first = 0; first != 4; ++first) {
    threads.emplace_back([queue, first] {
      for (std::size_t tag = first; tag < tags; tag += 4) queue->push(tag);
    });
  }

  std::set<std::size_t> seen;
  while (seen.size() != tags) {
    if (seen.size() == tags / 2) queue->fileno();
    ASSERT_TRUE(queue->wait(detail::never));
    ASSERT_TRUE(seen.insert(queue->front()).second);
    queue->pop();
  }

  EXPECT_FALSE(queue->any());
}

TEST(CompletionQueue, ThatIsClosedDropsWhatThreadsPush) {
  for (int round = 0; round != 50; ++round) {
    const auto queue = detail::CompletionQueue::make();
    for (std::size_t tag = 0; tag != 20; ++tag) queue->make_room();
    const std::jthread pushes([queue] {
      for (std::size_t tag = 0; tag != 20; ++tag) queue->push(tag);
    });
    if (round % 2 == 0) queue->fileno();
    queue->close();
  }
}

class Completion : public BetweenThreads {};

TEST_P(Completion, OfOnePoolIsCollectedByTheWaiter) {
  ThreadedWorkers pool(spin());
  AsCompleted<int> results;
  for (int number = 0; number != 300; ++number) results.add(pool.apply_async(same, number));
  expect_each_once(results);
}

// The pools' threads end calls before, while and after they are added.
TEST_P(Completion, OfSeveralPoolsIsToldOnceEach) {
  ThreadedWorkers first(spin());
  ThreadedWorkers second(spin());
  ThreadPool threads(2);
  SerialPool serial;
  for (int round = 0; round != 6; ++round) {
    AsCompleted<int> results;
    if (round % 3 == 1) results.fileno();
    for (int number = 0; number != 50; ++number) {
      results.add(first.apply_async(same, number));
      results.add(threads.apply_async(same, number));
      results.add(second.apply_async(same, number));
      results.add(serial.apply_async(same, number));
    }
    if (round % 3 == 2) continue;  // dropped while the threads end the calls
    expect_each_once(results);
  }
}

TEST_P(Completion, OfOnePoolIsToldToEachThreadThatAwaitsItsOwn) {
  ThreadedWorkers pool(spin());
  std::vector<std::jthread> threads;
  for (int thread = 0; thread != 3; ++thread) {
    threads.emplace_back([&pool, thread] {
      AsCompleted<int> results;
      if (thread == 2) results.fileno();
      for (int number = 0; number != 100; ++number) results.add(pool.apply_async(same, number));
      expect_each_once(results);
    });
  }
}

MULTIPROCESSING_BETWEEN_THREADS(Completion);

}  // namespace
}  // namespace multiprocessing::tests::completion_test
