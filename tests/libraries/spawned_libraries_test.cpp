// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#ifdef HAS_TBB
#include <tbb/blocked_range.h>
#include <tbb/parallel_reduce.h>

#include <functional>
#endif

#include "support/child_process.hpp"
#include "support/deadline.hpp"

// What has threads of its own, used by the program before it makes a pool, and by its tasks.
namespace multiprocessing::tests::spawned_libraries_test {
namespace {

using namespace std::chrono_literals;

constexpr int sum_to_999 = 999 * 1000 / 2;

// Logs a line, and waits until the logger's thread has written it.
struct Logger {
  int lines = 0, written = 0;
  std::mutex mutex;
  std::condition_variable_any news;
  std::jthread thread{[this](const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    while (news.wait(lock, stop, [this] { return written != lines; })) {
      written = lines;
      news.notify_all();
    }
  }};
};
std::unique_ptr<Logger> logger;  // made when it is first needed

[[maybe_unused]] int log(int number) {
  if (!logger) logger = std::make_unique<Logger>();
  std::unique_lock lock(logger->mutex);
  ++logger->lines;
  logger->news.notify_all();
  logger->news.wait(lock, [] { return logger->written == logger->lines; });
  return number;
}

// The program, and then a worker.
void expect_to_run_when_spawned(int (*task)(int), int expected) {
  EXPECT_EQ(task(7), expected);
  Pool pool({.processes = 2, .start_method = StartMethod::spawn});
  for (const auto& outcome : pool.with({.timeout = 30s * patience}).try_map(task, {7, 7, 7, 7}, 1)) {
    ASSERT_TRUE(outcome) << outcome.message();
  }
  EXPECT_EQ(pool.apply(task, 7), expected);
}

void expect_to_hang_when_forked(int (*task)(int)) {
  Pool pool(1);
  EXPECT_THROW(pool.with({.timeout = 200ms}).apply(task, 7), DeadlineExceeded);
}

TEST(LoggerWithAThread, RunsInAWorkerThatIsSpawnedAndHangsInOneThatIsForked) {
  const ChildResult child = run_in_child([] {
    expect_to_run_when_spawned(log, 7);
    expect_to_hang_when_forked(log);
    logger.reset();
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

#ifdef HAS_OPENMP
int by_openmp(int) {
  int sum = 0;
#pragma omp parallel for num_threads(3) reduction(+ : sum)
  for (int i = 0; i < 1000; ++i) sum += i;
  return sum;
}

TEST(OpenMp, RunsInAWorkerThatIsSpawnedAndHangsInOneThatIsForked) {
  const ChildResult child = run_in_child([] {
    expect_to_run_when_spawned(by_openmp, sum_to_999);
    expect_to_hang_when_forked(by_openmp);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}
#endif

#ifdef HAS_TBB
int by_tbb(int) {
  return tbb::parallel_reduce(
      tbb::blocked_range<int>(0, 1000), 0,
      [](const tbb::blocked_range<int>& part, int sum) {
        for (int i = part.begin(); i != part.end(); ++i) sum += i;
        return sum;
      },
      std::plus<>());
}

TEST(OneTbb, RunsInAWorkerThatIsSpawned) {
  const ChildResult child = run_in_child([] { expect_to_run_when_spawned(by_tbb, sum_to_999); });
  EXPECT_EQ(child.exit_code, 0) << child;
}
#endif

}  // namespace
}  // namespace multiprocessing::tests::spawned_libraries_test
