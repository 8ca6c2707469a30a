// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

// A program that starts as root, forks, and then becomes an ordinary user, as daemons do: it has no right to signal
// what it has forked before.
namespace multiprocessing::tests::dropped_privileges_test {
namespace {

using namespace std::chrono_literals;

void drop_privileges() {
  if (setgid(65534) != 0 || setuid(65534) != 0) throw std::runtime_error("cannot become another user");
}

int twice(int number) { return 2 * number; }
[[noreturn]] void be_stubborn() {
  signal(SIGTERM, SIG_IGN);
  while (true) pause();
}

class ProgramThatDropsItsPrivileges : public ::testing::TestWithParam<StartMethod> {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  }
  static PoolOptions options() { return {.processes = 2, .start_method = GetParam()}; }
  static void in_child(const std::function<void()>& body) {
    const ChildResult child = run_in_child(body);
    EXPECT_EQ(child.exit_code, 0) << child;
  }
};

struct Pids {
  std::atomic<pid_t> first = 0, second = 0;
};

TEST_P(ProgramThatDropsItsPrivileges, EndsAnItemWhoseTimeIsUpAndReplacesItsWorker) {
  in_child([] {
    Pool pool(options());
    drop_privileges();
    EXPECT_THROW(pool.with({.timeout = 100ms}).apply(be_stubborn), DeadlineExceeded);
    EXPECT_EQ(pool.map(twice, {1, 2, 3}), (std::vector{2, 4, 6}));
    // The fork server keeps its rights, a thread of the program does not.
    EXPECT_THROW(pool.apply([] { raise(SIGKILL); }), WorkerLost);
    EXPECT_THROW(pool.apply([] { raise(SIGKILL); }), WorkerLost);
    EXPECT_THROW(pool.with({.timeout = 100ms}).apply(be_stubborn), DeadlineExceeded);
  });
}

TEST_P(ProgramThatDropsItsPrivileges, CancelsWhatRuns) {
  in_child([] {
    Pool pool(options());
    drop_privileges();
    auto running = pool.apply_async(be_stubborn);
    ASSERT_TRUE(eventually([&] { return pool.stats().running == 1; }));
    EXPECT_TRUE(running.cancel(Running::kill));
    EXPECT_THROW(running.get(), CancelledError);
    EXPECT_EQ(pool.apply(twice, 21), 42);
  });
}

TEST_P(ProgramThatDropsItsPrivileges, TerminatesItsPoolInTime) {
  for (const bool is_explicit : {true, false}) {
    in_child([is_explicit] {
      std::optional<Pool> pool(options());
      drop_privileges();
      auto running = pool->map_async([](int) { be_stubborn(); }, std::vector{1, 2, 3});
      ASSERT_TRUE(eventually([&] { return pool->stats().running == 2; }));
      if (is_explicit) pool->terminate();
      pool.reset();
      EXPECT_THROW(running.get(), CancelledError);
      EXPECT_TRUE(children_of(getpid()).empty());
    });
  }
}

TEST_P(ProgramThatDropsItsPrivileges, LeavesNobodyHoweverItEnds) {
  const Shared<Pids> pids;
  for (void (*const end)() : {+[] { raise(SIGKILL); }, +[] { _exit(0); }, +[] { std::exit(0); },
                              +[] { execl("/bin/true", "true", nullptr); }, +[] {}}) {
    for (const bool is_busy : {false, true}) {
      run_in_child([&] {
        Pool pool(options());
        const std::vector<pid_t> workers = pool.worker_pids();
        pids->first = workers[0];
        pids->second = workers[1];
        drop_privileges();
        if (is_busy) {
          pool.apply_async(be_stubborn);
          ASSERT_TRUE(eventually([&] { return pool.stats().running == 1; }));
        }
        end();
      });
      EXPECT_TRUE(ends_within(pids->first, 10s * patience));
      EXPECT_TRUE(ends_within(pids->second, 10s * patience));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, ProgramThatDropsItsPrivileges,
                         ::testing::Values(StartMethod::fork, StartMethod::forkserver, StartMethod::spawn),
                         [](const auto& method) {
                           if (method.param == StartMethod::fork) return std::string("Fork");
                           return std::string(method.param == StartMethod::spawn ? "Spawn" : "Forkserver");
                         });

using ProcessOfAnotherUser = ProgramThatDropsItsPrivileges;

TEST_P(ProcessOfAnotherUser, IsNotSignalledAndThatIsSaid) {
  in_child([] {
    const Shared<Event> may_end;
    Process process([&] { may_end->wait(); });
    process.start();
    drop_privileges();
    for (void (Process::*const send)() : {&Process::terminate, &Process::kill}) {
      try {
        (process.*send)();
        ADD_FAILURE() << "it was signalled";
      } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::operation_not_permitted);
        EXPECT_NE(std::string(error.what()).find("to process 'Process-1' (pid "), std::string::npos) << error.what();
      }
    }
    may_end->happen();
    process.join();
    EXPECT_EQ(process.exitcode(), 0);
  });
}

TEST_P(ProcessOfAnotherUser, EndsAllTheSameIfItIsADaemon) {
  in_child([] {
    std::optional<Process> daemon(be_stubborn);
    daemon->set_daemon(true);
    daemon->start();
    drop_privileges();
    daemon.reset();
    EXPECT_TRUE(children_of(getpid()).empty());
  });
  const Shared<Pids> pids;
  for (void (*const end)() : {+[] { raise(SIGKILL); }, +[] { std::exit(0); }}) {
    run_in_child([&] {
      Process daemon(be_stubborn);
      daemon.set_daemon(true);
      daemon.start();
      pids->first = daemon.pid();
      drop_privileges();
      end();
    });
    EXPECT_TRUE(ends_within(pids->first, 10s * patience));
  }
}

INSTANTIATE_TEST_SUITE_P(, ProcessOfAnotherUser, ::testing::Values(StartMethod::fork));

}  // namespace
}  // namespace multiprocessing::tests::dropped_privileges_test
