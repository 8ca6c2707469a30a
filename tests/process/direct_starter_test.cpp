// SPDX-License-Identifier: MIT
#include "process/direct_starter.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>

#include "os/event_fd.hpp"
#include "os/wait.hpp"
#include "process/served_workers.hpp"
#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/held_fork.hpp"
#include "support/processes.hpp"

namespace multiprocessing::tests::direct_starter_test {
namespace {

using detail::WorkerReport;
using std::chrono::seconds;

// A starter with two slots, in a child of the test, and its bell.
struct Starter {
  explicit Starter(std::function<void(int)> worker_main = idle)
      : starter(std::make_unique<detail::DirectStarter>(2, std::move(worker_main),
                                                        std::vector<detail::MarkedFd>{bell.marked()})) {}
  detail::DirectStarter* operator->() const { return starter.get(); }

  WorkerReport report() const {
    const detail::Deadline deadline = detail::deadline_after(seconds{10 * patience});
    for (;;) {
      bell.drain();
      if (const auto report = starter->next_report()) return *report;
      const std::array<int, 1> fds{bell.fd()};
      if (!detail::wait_readable(fds, deadline)) throw std::runtime_error("no report came in time");
    }
  }
  pid_t start(int slot) const {
    starter->order_fork(slot);
    return report().pid;
  }

  detail::EventFd bell;
  std::unique_ptr<detail::DirectStarter> starter;
};

void expect_success(const std::function<void()>& body) {
  const ChildResult child = run_in_child(body);
  EXPECT_EQ(child.exit_code, 0) << child;
}

bool has_no_child() {
  return eventually([] { return children_of(::getpid()).empty(); });
}

TEST(DirectStarter, TakesOrdersAndGivesReportsWhileItForks) {
  expect_success([] {
    const Starter starter;
    const pid_t first = starter.start(0);
    HeldFork fork;
    starter->order_fork(1);
    fork.wait_until_it_begins();

    EXPECT_FALSE(starter->next_report());
    EXPECT_TRUE(starter->is_whole());
    starter->order_signal(0, SIGKILL);
    EXPECT_TRUE(ends_within(first, seconds{5 * patience}));

    fork.let_go();
    EXPECT_EQ(starter.report().kind, WorkerReport::Kind::started);
    EXPECT_EQ(starter.report().pid, first);
  });
}

TEST(DirectStarter, ObeysAnOrderForAnotherSlotThatComesWhileItForks) {
  expect_success([] {
    const Starter starter;
    HeldFork fork;
    starter->order_fork(1);
    fork.wait_until_it_begins();

    starter->order_fork(0);

    fork.let_go();
    EXPECT_EQ(starter.report().slot, 1);
    EXPECT_EQ(starter.report().slot, 0);
  });
}

TEST(DirectStarter, ObeysAnOrderThatComesWhileItForksAWorkerThatItMustRefuseInTheEnd) {
  if (patience != 1) GTEST_SKIP() << "a sanitizer needs descriptors for itself";
  expect_success([] {
    const Shared<std::atomic<bool>> has_run;
    const Starter starter([&](int) { *has_run = true; });
    HeldFork fork;
    starter->order_fork(1);
    fork.wait_until_it_begins();

    rlimit files{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
    const rlimit no_more_files{.rlim_cur = 3, .rlim_max = files.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &no_more_files), 0);
    starter->order_fork(0);

    fork.let_go();
    const WorkerReport second = starter.report();
    EXPECT_EQ(second.slot, 1);
    EXPECT_EQ(second.status, EMFILE);
    EXPECT_EQ(second.refused_call, WorkerReport::Call::pidfd_open);
    const WorkerReport first = starter.report();
    EXPECT_EQ(first.slot, 0);
    EXPECT_EQ(first.status, EMFILE);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &files), 0);
    EXPECT_TRUE(children_of(::getpid()).empty());
    EXPECT_FALSE(*has_run);
  });
}

TEST(DirectStarter, KeepsASignalForAWorkerThatIsBeingForked) {
  expect_success([] {
    const Starter starter;
    HeldFork fork;
    starter->order_fork(0);
    fork.wait_until_it_begins();

    starter->order_signal(0, SIGKILL);

    fork.let_go();
    EXPECT_EQ(starter.report().kind, WorkerReport::Kind::started);
    const WorkerReport ended = starter.report();
    EXPECT_EQ(ended.kind, WorkerReport::Kind::ended);
    EXPECT_EQ(WTERMSIG(ended.status), SIGKILL);
    starter.start(0);
    starter->order_signal(0, SIGTERM);
    EXPECT_EQ(WTERMSIG(starter.report().status), SIGTERM) << "the first signal is not for the next worker";
  });
}

TEST(DirectStarter, ReportsAWorkerThatEndsAtOnceAsStartedFirst) {
  expect_success([] {
    const Starter starter([](int) {});
    for (int workers = 0; workers != 50; ++workers) {
      const pid_t pid = starter.start(0);
      const WorkerReport ended = starter.report();
      ASSERT_EQ(ended.kind, WorkerReport::Kind::ended);
      ASSERT_EQ(ended.pid, pid);
    }
  });
}

TEST(DirectStarter, OnlyTheThreadThatOrderedAForkWaitsForIt) {
  expect_success([] {
    const Starter starter;
    HeldFork fork;
    std::atomic<bool> has_waited = false;
    std::thread orderer([&] {
      starter->order_fork(0);
      starter->wait_until_forked();
      has_waited = true;
    });
    fork.wait_until_it_begins();

    starter->wait_until_forked();
    EXPECT_FALSE(has_waited);

    fork.let_go();
    orderer.join();
    EXPECT_EQ(children_of(::getpid()).size(), 1U);
  });
}

TEST(DirectStarter, ThatQuitsWhileItForksEndsTheWorkerBeforeItRunsAnything) {
  expect_success([] {
    const Shared<std::atomic<bool>> has_run;
    const Starter starter([&](int) { *has_run = true; });
    HeldFork fork;
    starter->order_fork(0);
    fork.wait_until_it_begins();

    starter->order_quit();
    EXPECT_FALSE(starter->wait_until_gone(detail::Clock::now()));

    fork.let_go();
    EXPECT_TRUE(starter->wait_until_gone(detail::deadline_after(seconds{5 * patience})));
    EXPECT_TRUE(children_of(::getpid()).empty());
    EXPECT_FALSE(*has_run);
  });
}

TEST(DirectStarter, WhoseForkHangsIsDestroyedInTimeAndTheWorkerRunsNothing) {
  expect_success([] {
    const Shared<std::atomic<bool>> has_run;
    Starter starter([&](int) { *has_run = true; });
    HeldFork fork;
    starter->order_fork(0);
    fork.wait_until_it_begins();

    const auto before = detail::Clock::now();
    starter.starter.reset();
    EXPECT_LT(detail::Clock::now() - before, std::chrono::milliseconds{2500 * patience});

    fork.let_go();
    EXPECT_TRUE(has_no_child());
    EXPECT_FALSE(*has_run);
  });
}

TEST(DirectStarter, WhoseDescriptorsAreClosedWhileItForksReportsEachWorkersEnd) {
  expect_success([] {
    const Starter starter;
    starter.start(0);
    HeldFork fork;
    starter->order_fork(1);
    fork.wait_until_it_begins();

    for (int fd = 3; fd != 1'024; ++fd) ::close(fd);
    starter->order_signal(0, SIGTERM);  // notices it
    fork.let_go();

    std::array<bool, 2> is_over{};
    EXPECT_TRUE(eventually([&] {
      while (const auto report = starter->next_report()) {
        if (report->kind != WorkerReport::Kind::started) is_over[static_cast<std::size_t>(report->slot)] = true;
      }
      return is_over[0] && is_over[1];
    }));
    EXPECT_FALSE(starter->is_whole());
    EXPECT_TRUE(has_no_child());
  });
}

}  // namespace
}  // namespace multiprocessing::tests::direct_starter_test
