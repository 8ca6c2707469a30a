// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <thread>
#include <vector>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

// Programs that have children of their own beside a pool's.
namespace multiprocessing::tests::embedding_children_test {
namespace {

using namespace std::chrono_literals;

int negative(int number) { return -number; }

void expect_to_work(Pool& pool) {
  EXPECT_EQ(pool.map(negative, {1, 2, 3}, 1), (std::vector{-1, -2, -3}));
  EXPECT_THROW(pool.apply([] { raise(SIGKILL); }), WorkerLost);
  EXPECT_EQ(pool.apply_async(negative, 5).get(10s * patience), -5);
}

TEST(ProgramWithChildren, ThatWaitsForAnyChildInALoopBlocksUntilThePoolEnds) {
  const ChildResult child = run_in_child([] {
    Pool pool(2);
    const std::vector<pid_t> children = children_of(getpid());
    ASSERT_EQ(children.size(), 1U);
    const pid_t own = fork();
    if (own == 0) _exit(7);
    std::atomic<int> reaped = 0;
    std::atomic<pid_t> last = 0;
    std::thread waiter([&] {
      for (pid_t pid = 0; (pid = ::wait(nullptr)) > 0; last = pid) ++reaped;
    });
    EXPECT_TRUE(eventually([&] { return last == own; }));

    expect_to_work(pool);
    EXPECT_EQ(reaped, 1);
    pool.close();
    pool.join();
    waiter.join();

    // The pool waits for its server, too: one of the two reaps it.
    EXPECT_TRUE(reaped == 1 || last == children[0]);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(ProgramWithChildren, ThatReapsALostForkServerItselfIsToldOfTheBrokenPool) {
  const ChildResult child = run_in_child([] {
    Pool pool(2);
    auto pending = pool.apply_async([] { pause(); });
    const std::vector<pid_t> children = children_of(getpid());
    ASSERT_EQ(children.size(), 1U);
    std::thread waiter([&] { EXPECT_EQ(waitpid(-1, nullptr, 0), children[0]); });

    kill(children[0], SIGKILL);
    waiter.join();

    EXPECT_THROW(pending.get(10s * patience), BrokenPool);
    EXPECT_THROW(pool.apply(negative, 1), BrokenPool);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

std::atomic<int> handled = 0;

void reap_all(int) {
  const int saved_errno = errno;
  while (waitpid(-1, nullptr, WNOHANG) > 0) ++handled;
  errno = saved_errno;
}

TEST(ProgramWithChildren, MayReapAllOfThemInAHandler) {
  const ChildResult child = run_in_child([] {
    struct sigaction action {};
    action.sa_handler = reap_all;
    sigaction(SIGCHLD, &action, nullptr);
    for (int round = 0; round != 20; ++round) {
      handled = 0;
      {
        Pool pool(2);
        expect_to_work(pool);
        EXPECT_EQ(handled, 0);  // of workers it hears nothing
        if (round % 2 == 0) pool.close(), pool.join();
      }
      EXPECT_LE(handled, 1);
      EXPECT_TRUE(children_of(getpid()).empty());
    }
    struct sigaction still {};
    sigaction(SIGCHLD, nullptr, &still);
    EXPECT_EQ(still.sa_handler, &reap_all);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(ProgramWithChildren, MayIgnoreThem) {
  const ChildResult child = run_in_child([] {
    signal(SIGCHLD, SIG_IGN);
    {
      Pool pool(2);
      expect_to_work(pool);
      // A task's own children are its affair again.
      EXPECT_EQ(WEXITSTATUS(pool.apply([] { return std::system("exit 9"); })), 9);
      pool.close();
      pool.join();
    }
    { const Pool pool(2); }
    EXPECT_TRUE(children_of(getpid()).empty());
    EXPECT_EQ(signal(SIGCHLD, SIG_DFL), SIG_IGN);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(ProgramWithChildren, MayForkAndExecWhileThePoolWorks) {
  Pool pool(2);
  auto results = pool.map_async(
      [](int number) {
        const auto end = std::chrono::steady_clock::now() + 100us;
        while (std::chrono::steady_clock::now() < end) continue;
        return -number;
      },
      std::vector<int>(2000, 4), 1);

  for (int round = 0; round != 20; ++round) {
    const pid_t pid = fork();
    if (pid == 0) {
      if (round % 2 == 0) execl("/bin/true", "true", nullptr);
      _exit(0);
    }
    int status = 1;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(std::system("exit 0"), 0);
  }

  EXPECT_EQ(results.get(), std::vector<int>(2000, -4));
}

double cpu_seconds_of_children() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

TEST(ProgramWithChildren, FindsTheCpuTimeOfItsWorkersAmongThemAfterJoin) {
  constexpr double each = 0.1;
  const double before = cpu_seconds_of_children();
  Pool pool(2);
  (void)pool.try_map(
      [](int item) {
        const auto cpu_seconds = [] { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; };
        for (const double begun = cpu_seconds(); cpu_seconds() - begun < each;) continue;
        if (item == 1) raise(SIGKILL);  // of those that died, too
      },
      {1, 2, 3, 4}, 1);
  pool.close();
  pool.join();

  EXPECT_GE(cpu_seconds_of_children() - before, 4 * each * 0.9);
}

}  // namespace
}  // namespace multiprocessing::tests::embedding_children_test
