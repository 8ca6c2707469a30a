// SPDX-License-Identifier: MIT
#include "tsan/threaded_workers.hpp"

#include <numeric>
#include <string>

namespace multiprocessing::tests::callers_test {
namespace {

long twice(long number) { return 2 * number; }
std::string sum_text(long a, long b) { return std::to_string(a + b); }
std::string odd_throws(long number) {
  if (number % 2 != 0) throw std::out_of_range(std::to_string(number));
  return std::to_string(number);
}

void run_at_once(int threads, const std::function<void(int)>& body) {
  std::vector<std::thread> running;
  for (int thread = 0; thread != threads; ++thread) running.emplace_back(body, thread);
  for (std::thread& thread : running) thread.join();
}

class Callers : public BetweenThreads {};

TEST_P(Callers, OneThreadGetsEachAnswerOfManyApplies) {
  ThreadedWorkers pool(spin());

  for (long number = 0; number != 1500; ++number) ASSERT_EQ(pool.apply(twice, number), 2 * number);
}

TEST_P(Callers, ManyThreadsApplyAtOnce) {
  ThreadedWorkers pool(spin());

  run_at_once(4, [&](int thread) {
    for (long number = 0; number != 300; ++number) {
      ASSERT_EQ(pool.apply(sum_text, number, long{thread}), std::to_string(number + thread));
    }
  });
}

TEST_P(Callers, ManyThreadsMapAtOnce) {
  ThreadedWorkers pool(spin());
  std::vector<long> items(400);
  std::iota(items.begin(), items.end(), 0);

  run_at_once(3, [&](int thread) {
    for (int round = 0; round != 15; ++round) {
      const std::vector<long> values = pool.map(twice, items, 1 + round * thread);
      for (std::size_t index = 0; index != items.size(); ++index) ASSERT_EQ(values[index], 2 * items[index]);
    }
  });
}

TEST_P(Callers, ManyThreadsOfDifferentKindsWaitAtOnce) {
  ThreadedWorkers pool(spin(), 3);
  std::vector<long> items(150);
  std::iota(items.begin(), items.end(), 0);

  run_at_once(4, [&](int thread) {
    for (int round = 0; round != 6; ++round) {
      if (thread == 0) {
        long expected = 0;
        for (const long value : pool.imap(twice, items, 3)) ASSERT_EQ(value, 2 * expected++);
        ASSERT_EQ(expected, 150);
      } else if (thread == 1) {
        long sum = 0;
        for (const long value : pool.imap_unordered(twice, items)) sum += value;
        ASSERT_EQ(sum, 150 * 149);
      } else if (thread == 2) {
        const auto outcomes = pool.try_map(odd_throws, items, 7);
        for (std::size_t index = 0; index != outcomes.size(); ++index) ASSERT_EQ(!outcomes[index], index % 2 != 0);
      } else {
        std::vector<AsyncResult<long>> results;
        for (const long item : items) results.push_back(pool.apply_async(twice, item));
        for (std::size_t index = 0; index != items.size(); ++index) ASSERT_EQ(results[index].get(), 2 * items[index]);
      }
    }
  });
}

TEST_P(Callers, WaitsThatEndAtTheirDeadlineLoseNothing) {
  ThreadedWorkers pool(spin());

  run_at_once(2, [&](int) {
    for (long number = 0; number != 200; ++number) {
      auto result = pool.apply_async(twice, number);
      while (!result.wait(std::chrono::microseconds(number % 50))) continue;
      ASSERT_EQ(result.get(), 2 * number);
    }
  });
}

MULTIPROCESSING_BETWEEN_THREADS(Callers);

}  // namespace
}  // namespace multiprocessing::tests::callers_test
