// SPDX-License-Identifier: MIT
#include "process/fork_server.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "process/served_workers.hpp"
#include "process/worker_life.hpp"
#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"

namespace multiprocessing::tests::fork_server_test {
namespace {

using detail::WorkerReport;
using std::chrono::milliseconds;
using std::chrono::seconds;

void ignore_sigterm_and_idle(int slot) {
  signal(SIGTERM, SIG_IGN);
  idle(slot);
}

TEST(ForkServer, StartsAWorkerForEachOrderAsItsOwnChild) {
  ServedWorkers workers(3, idle);

  const std::vector<pid_t> pids = workers.start_all();

  EXPECT_EQ(children_of(workers.server().pid()).size(), 3U);
  for (const pid_t pid : pids) EXPECT_TRUE(is_alive(pid));
}

TEST(ForkServer, StartsNothingUnasked) {
  ServedWorkers workers(2, idle);
  workers.start(1);

  kill(workers.start(0), SIGKILL);
  workers.status_of_ended();

  EXPECT_EQ(children_of(workers.server().pid()).size(), 1U);
  EXPECT_FALSE(workers.server().next_report());
}

TEST(ForkServer, ReportsHowEachWorkerEnded) {
  ServedWorkers workers(4, [](int slot) {
    if (slot == 0) detail::leave_worker(7);
    if (slot == 1) raise(SIGSEGV);
    if (slot == 2) throw 5;
  });
  for (int slot = 0; slot != 4; ++slot) workers.server().order_fork(slot);

  std::vector<int> statuses(4, -1);
  for (int reports = 0; reports != 8; ++reports) {
    const WorkerReport report = workers.report();
    if (report.kind == WorkerReport::Kind::ended) statuses[static_cast<std::size_t>(report.slot)] = report.status;
  }

  EXPECT_EQ(WEXITSTATUS(statuses[0]), 7);
  EXPECT_EQ(WTERMSIG(statuses[1]), SIGSEGV);
  EXPECT_EQ(WTERMSIG(statuses[2]), SIGABRT);
  EXPECT_EQ(statuses[3], 0);
}

TEST(ForkServer, StartsAHundredWorkersOneAfterAnotherInOneSlot) {
  ServedWorkers workers(2, [](int slot) { detail::leave_worker(slot + 3); });

  for (int i = 0; i != 100; ++i) {
    workers.start(1);
    ASSERT_EQ(WEXITSTATUS(workers.status_of_ended()), 4);
  }
}

TEST(ForkServer, CountsOrdersThatComeTooEarly) {
  ServedWorkers workers(1, [](int) {});

  workers.server().order_fork(0);
  workers.server().order_fork(0);

  for (int i = 0; i != 2; ++i) {
    EXPECT_EQ(workers.report().kind, WorkerReport::Kind::started);
    EXPECT_EQ(workers.report().kind, WorkerReport::Kind::ended);
  }
}

TEST(ForkServer, SignalsTheWorkerOfOneSlot) {
  ServedWorkers workers(2, idle);
  const std::vector<pid_t> pids = workers.start_all();

  workers.server().order_signal(1, SIGKILL);
  const WorkerReport ended = workers.report();

  EXPECT_EQ(ended.pid, pids[1]);
  EXPECT_EQ(WTERMSIG(ended.status), SIGKILL);
  EXPECT_TRUE(is_alive(pids[0]));
}

TEST(ForkServer, ASignalThatComesTooLateDoesNotHitTheSuccessor) {
  ServedWorkers workers(1, idle);
  kill(workers.start(), SIGKILL);
  workers.status_of_ended();

  workers.server().order_signal(0, SIGKILL);
  workers.start();

  workers.server().order_signal(0, SIGTERM);
  EXPECT_EQ(WTERMSIG(workers.status_of_ended()), SIGTERM);
}

TEST(ForkServer, ASignalOrderedRightAfterTheForkIsNotLost) {
  ServedWorkers workers(1, idle);

  workers.server().order_fork(0);
  workers.server().order_signal(0, SIGTERM);

  EXPECT_EQ(workers.report().kind, WorkerReport::Kind::started);
  EXPECT_EQ(WTERMSIG(workers.status_of_ended()), SIGTERM);
}

TEST(ForkServer, QuitEndsWorkersThatObeyAtOnce) {
  ServedWorkers workers(2, idle);
  workers.start_all();

  EXPECT_TRUE(workers.quit_within(milliseconds{400 * patience}));
}

TEST(ForkServer, QuitEndsWorkersThatIgnoreSigtermOrAreStopped) {
  ServedWorkers workers(3, [](int slot) { slot == 0 ? idle(slot) : ignore_sigterm_and_idle(slot); });
  const std::vector<pid_t> pids = workers.start_all();
  kill(pids[0], SIGSTOP);
  kill(pids[1], SIGSTOP);

  EXPECT_TRUE(workers.quit_within(seconds{2 * patience}));

  for (const pid_t pid : pids) EXPECT_FALSE(is_alive(pid)) << describe_process(pid);
}

TEST(ForkServer, WorkersEndWhenItIsKilled) {
  ServedWorkers workers(4, [](int slot) { slot % 2 == 0 ? compute(slot) : ignore_sigterm_and_idle(slot); });
  const std::vector<pid_t> pids = workers.start_all();
  EXPECT_FALSE(workers.server().wait_until_gone(detail::Clock::now()));

  workers.server().kill();

  EXPECT_TRUE(workers.server().wait_until_gone(detail::deadline_after(seconds{1 * patience})));
  for (const pid_t pid : pids) EXPECT_TRUE(ends_within(pid, seconds{1 * patience})) << describe_process(pid);
}

TEST(ForkServer, DoesNotEndBySignalsThatAreMeantForTheProgram) {
  ServedWorkers workers(1, idle);

  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1}) kill(workers.server().pid(), signal);

  EXPECT_TRUE(is_alive(workers.start()));
}

TEST(ForkServer, FiftyOneAfterAnotherLeaveNothing) {
  for (int i = 0; i != 50; ++i) {
    ServedWorkers workers(2, idle);
    workers.start_all();
  }
  // The harness compares descriptors, mappings and processes.
}

TEST(ForkServer, ReportsAForkThatTheSystemRefuses) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become a user who has no other processes";
  const ChildResult child = run_in_child([] {
    const rlimit two_processes{.rlim_cur = 2, .rlim_max = 2};
    ASSERT_EQ(setrlimit(RLIMIT_NPROC, &two_processes), 0);
    ASSERT_EQ(setuid(61'234), 0);
    ServedWorkers workers(1, idle);
    for (int i = 0; i != 2; ++i) {
      workers.server().order_fork(0);
      const WorkerReport refused = workers.report();
      EXPECT_EQ(refused.kind, WorkerReport::Kind::refused);
      EXPECT_EQ(refused.status, EAGAIN);
    }
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

}  // namespace
}  // namespace multiprocessing::tests::fork_server_test
