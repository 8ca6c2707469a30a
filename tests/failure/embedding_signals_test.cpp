// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

// A program's signals, masks and threads, beside a pool.
namespace multiprocessing::tests::embedding_signals_test {
namespace {

using namespace std::chrono_literals;

int negative(int number) { return -number; }

std::atomic<int> interruptions = 0;

void interrupt_every(std::chrono::microseconds interval) {
  struct sigaction action {};
  action.sa_handler = [](int) { ++interruptions; };  // without SA_RESTART: system calls end with EINTR
  sigaction(SIGALRM, &action, nullptr);
  const auto microseconds = static_cast<suseconds_t>(interval.count());
  const itimerval timer{{0, microseconds}, {0, microseconds}};
  setitimer(ITIMER_REAL, &timer, nullptr);
}

TEST(ProgramWithSignals, MayBeInterruptedAllTheTime) {
  const ChildResult child = run_in_child([] {
    interrupt_every(200us * patience);
    const auto end = std::chrono::steady_clock::now() + 1s;
    while (std::chrono::steady_clock::now() < end) {
      Pool pool({.processes = 2, .max_tasks_per_child = 50});
      const std::vector<int> items(500, 3);
      EXPECT_EQ(pool.map(negative, items, 7), std::vector<int>(500, -3));
      auto later = pool.apply_async([](std::string text) { return text; }, std::string(1'000'000, 'x'));
      EXPECT_THROW(pool.apply([] { raise(SIGKILL); }), WorkerLost);
      int sum = 0;
      for (const int value : pool.imap(negative, items)) sum += value;
      EXPECT_EQ(sum, -1500);
      EXPECT_EQ(later.get().size(), 1'000'000U);
      const auto before = std::chrono::steady_clock::now();
      auto never = pool.apply_async([] { pause(); });
      EXPECT_THROW(never.get(5ms), TimeoutError);
      EXPECT_GE(std::chrono::steady_clock::now() - before, 5ms);
      if (sum % 2 == 0) pool.terminate(), pool.join();
    }
    interrupt_every(0us);
    EXPECT_GT(interruptions, 100);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(ProgramWithSignals, KeepsItsMaskHandlersAndThreads) {
  const ChildResult child = run_in_child([] {
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR2);
    sigprocmask(SIG_BLOCK, &blocked, nullptr);
    const auto handler = [](int) {};
    for (const int number : {SIGINT, SIGTERM, SIGCHLD, SIGPIPE, SIGSEGV}) signal(number, handler);
    {
      Pool pool(2);
      EXPECT_EQ(pool.apply_async(negative, 1).callback([](int) {}).get(), -1);
      // Threads of the pool take none of the program's signals: one that is blocked here waits.
      interruptions = 0;
      signal(SIGUSR2, [](int) { ++interruptions; });
      kill(getpid(), SIGUSR2);
      EXPECT_EQ(pool.apply_async(negative, 1).callback([](int) {}).get(), -1);
      EXPECT_EQ(interruptions, 0);
      const timespec no_time{};
      EXPECT_EQ(sigtimedwait(&blocked, nullptr, &no_time), SIGUSR2);
    }
    sigset_t now;
    sigprocmask(SIG_SETMASK, nullptr, &now);
    for (int number = 1; number != 32; ++number) {
      EXPECT_EQ(sigismember(&now, number), number == SIGUSR2 ? 1 : 0) << number;
    }
    for (const int number : {SIGINT, SIGTERM, SIGCHLD, SIGPIPE, SIGSEGV}) {
      EXPECT_EQ(signal(number, SIG_DFL), +handler) << number;
    }
    const auto threads = [] {
      return std::distance(std::filesystem::directory_iterator("/proc/self/task"),
                           std::filesystem::directory_iterator());
    };
    EXPECT_TRUE(eventually([&] { return threads() == 1; }));
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

// Ctrl-C: the terminal sends SIGINT to the whole group, here while tasks run programs.
int run_a_program(int item) { return WTERMSIG(std::system("exec sleep 1000")) == SIGINT ? item : -1; }

bool each_worker_runs_a_program(const Pool& pool) {
  return eventually([&] {
    for (const pid_t worker : pool.worker_pids()) {
      const std::vector<pid_t> children = children_of(worker);
      if (children.size() != 1 || describe_process(children[0]).find("sleep") == std::string::npos) return false;
    }
    return true;
  });
}

TEST(CtrlC, EndsTheProgramsOfTasksAndNotThePoolOfAProgramThatHandlesIt) {
  const ChildResult child = run_in_child([] {
    setpgid(0, 0);
    signal(SIGINT, [](int) { ++interruptions; });
    Pool idle(2);
    Pool pool(2);
    const std::vector<pid_t> workers = pool.worker_pids();
    auto results = pool.map_async(run_a_program, {5, 6}, 1);
    ASSERT_TRUE(each_worker_runs_a_program(pool));

    kill(0, SIGINT);

    EXPECT_EQ(results.get(10s * patience), (std::vector{5, 6}));
    EXPECT_EQ(interruptions, 1);
    EXPECT_EQ(pool.worker_pids(), workers);
    EXPECT_EQ(idle.map(negative, {1, 2}), (std::vector{-1, -2}));
    for (const WorkerStats& worker : idle.stats().workers) EXPECT_EQ(worker.starts, 1U);
    EXPECT_EQ(pool.map(negative, {1, 2}), (std::vector{-1, -2}));
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(CtrlC, EndsAProgramThatDoesNotHandleItAndEverythingOfItsPool) {
  const Shared<std::atomic<pid_t>> pids;
  ChildProcess program([&] {
    setpgid(0, 0);
    Pool pool(2);
    auto results = pool.map_async(run_a_program, {5, 6, 7, 8}, 1);
    ASSERT_TRUE(each_worker_runs_a_program(pool));
    *pids = children_of(pool.worker_pids().at(0)).at(0);
    kill(0, SIGINT);
    pause();
  });
  ASSERT_TRUE(eventually([&] { return *pids != 0; }));

  const ChildResult child = program.wait();

  EXPECT_EQ(child.signal, SIGINT) << child;
  EXPECT_TRUE(ends_within(*pids, 1s * patience));
}

}  // namespace
}  // namespace multiprocessing::tests::embedding_signals_test
