// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "support/deadline.hpp"

// Tasks that do to their own process what the library must outlive.
namespace multiprocessing::tests::hostile_task_test {
namespace {

using namespace std::chrono_literals;

int negative(int number) { return -number; }

void expect_to_work(Pool& pool) {
  EXPECT_EQ(pool.map(negative, {1, 2, 3, 4}, 1), (std::vector{-1, -2, -3, -4}));
  EXPECT_EQ(pool.apply_async(negative, 5).get(10s * patience), -5);
}

TEST(HostileTask, ThatForksAndReturnsInBothIsAnsweredOnceByTheWorker) {
  Pool pool(2);
  const std::vector<pid_t> workers = pool.worker_pids();

  for (int round = 0; round != 5; ++round) {
    const auto pids = pool.map([](int) { return fork() == 0 ? 0 : getpid(); }, std::vector<int>(20), 1);
    for (const int pid : pids) EXPECT_TRUE(pid == workers[0] || pid == workers[1]) << pid;
    // An answer that takes another way, and one that the child must not give while the worker waits for it.
    const auto texts = pool.map(
        [](int) {
          const pid_t child = fork();
          if (child != 0) waitpid(child, nullptr, 0);
          return std::string(child == 0 ? "child" : "worker");
        },
        std::vector<int>(4), 1);
    EXPECT_EQ(texts, std::vector<std::string>(4, "worker"));
    EXPECT_THROW(pool.apply([] { fork() == 0 ? throw 1 : throw 2; }), int);
  }

  EXPECT_EQ(pool.worker_pids(), workers);
  expect_to_work(pool);
}

void close_all_descriptors() { syscall(SYS_close_range, 3U, ~0U, 0U); }

TEST(HostileTask, ThatClosesAllDescriptorsIsAnsweredAndThePoolGoesOn) {
  Pool pool(2);
  const std::vector<pid_t> workers = pool.worker_pids();
  for (int round = 0; round != 5; ++round) {
    // One that takes its time: then the parent sleeps and must be woken.
    EXPECT_EQ(pool.apply([](int number) { return close_all_descriptors(), usleep(20'000), number; }, round), round);
    auto later = pool.apply_async([](int number) { return close_all_descriptors(), usleep(20'000), -number; }, round);
    EXPECT_EQ(later.get(10s * patience), -round);
    expect_to_work(pool);
  }
  EXPECT_EQ(pool.apply([] { return usleep(20'000), std::string(3'000'000, 'x'); }).size(), 3'000'000U);
  EXPECT_EQ(pool.worker_pids(), workers);

  // One that the server may not be asked by any more: it ends when it must be heard.
  if (geteuid() != 0) return;
  EXPECT_EQ(pool.apply([] { return close_all_descriptors(), usleep(20'000), setresuid(12345, 12345, 12345); }), 0);
  expect_to_work(pool);
}

TEST(HostileTask, ThatOpensFilesWhereItClosedDescriptorsFindsNothingOfOursInThem) {
  static std::vector<int> files;
  Pool pool(1);

  pool.apply([] {
    close_all_descriptors();
    for (int count = 0; count != 30; ++count) files.push_back(memfd_create("own", 0));
    usleep(20'000);
  });
  for (int round = 0; round != 3; ++round) pool.apply([] { usleep(20'000); });

  EXPECT_EQ(pool.apply([] {
    return std::count_if(files.begin(), files.end(), [](int file) { return lseek(file, 0, SEEK_END) != 0; });
  }),
            0);
}

}  // namespace
}  // namespace multiprocessing::tests::hostile_task_test
