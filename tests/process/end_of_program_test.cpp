// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <new>
#include <string>
#include <thread>

#include "process/served_workers.hpp"
#include "shm/mapping.hpp"
#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"

// However a program ends, nothing of its pool is left a second later.
namespace multiprocessing::tests::end_of_program_test {
namespace {

struct WayToEnd {
  const char* name;
  void (*end)();
  bool is_alive_after;  // exec keeps the process
};

void end_by_exec() { execl("/bin/sleep", "sleep", "60", nullptr); }

const std::array ways{
    WayToEnd{"Kill", [] { raise(SIGKILL); }, false},
    WayToEnd{"Exit", [] { std::exit(0); }, false},
    WayToEnd{"QuickExit", [] { _exit(0); }, false},
    WayToEnd{"Terminate", [] { std::terminate(); }, false},
    WayToEnd{"Segfault", [] { raise(SIGSEGV); }, false},
    WayToEnd{"ExitOfAThread", [] { std::thread([] { _exit(0); }).join(); }, false},
    WayToEnd{"Exec", end_by_exec, true},
    WayToEnd{"ExecOfAThread", [] { std::thread(end_by_exec).join(); }, true},
};

// What the program says about itself to the test; also after its end.
struct Pids {
  std::atomic<pid_t> server, worker, busy_worker, task_child, older_child, younger_child;
  std::atomic<bool> are_known;
};

[[noreturn]] void be_a_program(Pids& pids, const WayToEnd& way) {
  const auto fork_idle_child = [] {
    const pid_t child = fork();
    if (child == 0) idle(0);
    return child;
  };
  pids.older_child = fork_idle_child();
  ServedWorkers workers(2, [&](int slot) {
    if (slot == 1) compute(slot);
    pids.task_child = fork_idle_child();
    idle(slot);
  });
  pids.worker = workers.start(0);
  pids.busy_worker = workers.start(1);
  pids.server = workers.server().pid();
  pids.younger_child = fork_idle_child();
  eventually([&] { return pids.task_child != 0; });
  pids.are_known = true;
  way.end();
  _exit(55);
}

class EndOfProgram : public ::testing::TestWithParam<WayToEnd> {};

TEST_P(EndOfProgram, EndsItsWorkersEvenWhileOtherChildrenOfItLive) {
  const detail::SharedMapping memory(sizeof(Pids));
  Pids& pids = *new (memory.data()) Pids{};
  ChildProcess program([&] { be_a_program(pids, GetParam()); });
  ASSERT_TRUE(eventually([&] { return pids.are_known.load(); }));

  for (const pid_t pid : {pids.server.load(), pids.worker.load(), pids.busy_worker.load(), pids.task_child.load()}) {
    EXPECT_TRUE(ends_within(pid, std::chrono::seconds{1 * patience})) << describe_process(pid);
  }

  if (GetParam().is_alive_after) {
    EXPECT_TRUE(is_alive(program.pid()));
  } else {
    EXPECT_TRUE(ends_within(program.pid(), std::chrono::seconds{1 * patience}));  // its files close before it is gone
  }
  for (const pid_t pid : {pids.older_child.load(), pids.younger_child.load()}) {
    EXPECT_TRUE(is_alive(pid));
    kill(pid, SIGKILL);
  }
}

INSTANTIATE_TEST_SUITE_P(By, EndOfProgram, ::testing::ValuesIn(ways),
                         [](const auto& way) { return std::string(way.param.name); });

TEST(EndOfThread, ThatMadeTheServerEndsNothing) {
  std::unique_ptr<ServedWorkers> workers;
  pid_t first = 0;

  std::thread([&] {
    workers = std::make_unique<ServedWorkers>(2, idle);
    first = workers->start(0);
  }).join();

  EXPECT_TRUE(is_alive(workers->start(1)));
  EXPECT_TRUE(is_alive(first));
}

}  // namespace
}  // namespace multiprocessing::tests::end_of_program_test
