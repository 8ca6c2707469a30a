// SPDX-License-Identifier: MIT
#include <multiprocessing/process.hpp>
#include <multiprocessing/process_info.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::process_info_test {
namespace {

using namespace std::chrono_literals;

[[noreturn]] void sleep_for_ever() {
  for (;;) pause();
}

// In a process of its own: names count what was made before.
void expect_in_a_program(const std::function<void()>& body) {
  const ChildResult program = run_in_child(body);
  EXPECT_EQ(program.exit_code, 0) << program;
}

// Fails the test if `body` has failed expectations in the child.
void expect_in_a_process(Process& process) {
  process.start();
  process.join();
  EXPECT_EQ(process.exitcode(), 0);
}

void leave_with_what_failed() {
  if (::testing::Test::HasFailure()) std::exit(98);
}

TEST(NameOfProcess, CountsTheChildrenOfEachProcess) {
  expect_in_a_program([] {
    const Process first([] {});
    Process second([] {
      const Process grandchild([] {});
      EXPECT_EQ(grandchild.name(), "Process-2:1");
      EXPECT_EQ(Process([] {}).name(), "Process-2:2");
      leave_with_what_failed();
    });

    EXPECT_EQ(first.name(), "Process-1");
    EXPECT_EQ(second.name(), "Process-2");
    expect_in_a_process(second);
  });
}

TEST(NameOfProcess, MayBeChosenAndIsShownByPs) {
  Process process([] {
    std::string shown;
    std::getline(std::ifstream("/proc/self/comm"), shown);
    EXPECT_EQ(shown, "a-name-of-more-");
    EXPECT_EQ(current_process().name(), "a-name-of-more-than-15");
    leave_with_what_failed();
  });
  process.set_name("a-name-of-more-than-15");

  expect_in_a_process(process);
  process.set_name("another");
  EXPECT_EQ(process.name(), "another");
}

TEST(DaemonOfProcess, IsAtFirstThatOfTheProcessThatMakesIt) {
  Process daemon([] {
    EXPECT_TRUE(current_process().daemon());
    EXPECT_TRUE(Process([] {}).daemon());
    leave_with_what_failed();
  });
  EXPECT_FALSE(daemon.daemon());
  EXPECT_FALSE(current_process().daemon());
  daemon.set_daemon(true);
  EXPECT_TRUE(daemon.daemon());

  expect_in_a_process(daemon);
}

TEST(CurrentProcess, OfAProgramIsTheMainProcessWithoutAParent) {
  expect_in_a_program([] {
    EXPECT_EQ(current_process().name(), "MainProcess");
    EXPECT_EQ(current_process().pid(), getpid());
    EXPECT_TRUE(current_process().is_alive());
    EXPECT_EQ(current_process().exitcode(), std::nullopt);
    EXPECT_FALSE(parent_process());
  });
}

TEST(CurrentProcess, CannotWaitForItselfAndMayEndItself) {
  EXPECT_THROW(current_process().join(), std::logic_error);
  EXPECT_THROW(current_process().join(1s), std::logic_error);
  EXPECT_THROW(current_process().sentinel(), std::logic_error);

  const ChildResult program = run_in_child([] { current_process().terminate(); });
  EXPECT_EQ(program.signal, SIGTERM) << program;
}

TEST(CurrentProcess, OfAForkedChildIsAnotherOne) {
  const ProcessInfo mine = current_process();
  const ChildResult child = run_in_child([&] {
    EXPECT_NE(current_process().pid(), mine.pid());
    EXPECT_FALSE(parent_process()) << "no Process has started it";
    EXPECT_THROW(mine.is_alive(), std::logic_error);
    EXPECT_TRUE(active_children().empty());
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(ParentProcess, IsKnownToTheChild) {
  const ProcessInfo mine = current_process();
  Process process([&mine] {
    const ProcessInfo parent = parent_process().value();
    EXPECT_EQ(parent.pid(), mine.pid());
    EXPECT_EQ(parent.name(), mine.name());
    EXPECT_TRUE(parent.is_alive());
    EXPECT_FALSE(parent.join(10ms));
    EXPECT_EQ(parent.exitcode(), std::nullopt);
    EXPECT_EQ(parent.daemon(), false);
    leave_with_what_failed();
  });

  expect_in_a_process(process);
}

TEST(ParentProcess, IsSeenToEndByItsChild) {
  const Shared<std::atomic<bool>> was_alive;
  const Shared<std::atomic<bool>> has_seen_its_end;
  Process parent([&] {
    static Process child([&] {
      const ProcessInfo watched = *parent_process();
      *was_alive = watched.is_alive();
      watched.join();
      *has_seen_its_end = !watched.is_alive() && watched.join(0s) && !wait({watched.sentinel()}).empty();
    });
    child.start();
    eventually([&] { return was_alive->load(); });
    raise(SIGKILL);
  });

  parent.start();
  parent.join();

  EXPECT_TRUE(*was_alive);
  EXPECT_TRUE(eventually([&] { return has_seen_its_end->load(); }));
}

TEST(ActiveChildren, AreThoseThatRunAndTheOthersAreReaped) {
  Process first(sleep_for_ever);
  Process second([] {});
  Process third(sleep_for_ever);
  const Process unstarted([] {});
  EXPECT_TRUE(active_children().empty());
  for (Process* process : {&first, &second, &third}) process->start();

  EXPECT_TRUE(eventually([] { return active_children().size() == 2; }));
  const std::vector<ProcessInfo> children = active_children();
  EXPECT_EQ(children_of(getpid()), (std::vector{first.pid(), third.pid()}));
  EXPECT_EQ(children.at(0).pid(), first.pid());
  EXPECT_EQ(children.at(0).name(), first.name());
  EXPECT_EQ(children.at(1).pid(), third.pid());

  for (const ProcessInfo& child : children) {
    EXPECT_TRUE(child.is_alive());
    child.terminate();
    child.join();
    EXPECT_EQ(child.exitcode(), -SIGTERM);
  }
  EXPECT_TRUE(active_children().empty());
  EXPECT_EQ(first.exitcode(), -SIGTERM);
  EXPECT_EQ(second.exitcode(), 0);
}

TEST(ActiveChildren, OutliveTheirProcessObject) {
  std::optional<ProcessInfo> seen;
  {
    Process process(sleep_for_ever);
    process.start();
    seen = active_children().at(0);
    process.kill();
  }

  EXPECT_FALSE(seen->is_alive());
  EXPECT_EQ(seen->exitcode(), -SIGKILL);
  EXPECT_EQ(wait({seen->sentinel()}), std::vector{seen->sentinel()});
}

TEST(ActiveChildren, MayBeAskedByAThreadWhileOthersStartThem) {
  std::atomic<bool> is_over = false;
  std::thread asking([&] {
    while (!is_over) {
      for (const ProcessInfo& child : active_children()) child.is_alive();
    }
  });
  std::vector<std::thread> starting;
  for (int thread = 0; thread != 4; ++thread) {
    starting.emplace_back([thread] {
      for (int number = 0; number != 10; ++number) {
        Process process([=] { std::exit(thread + number); });
        process.start();
        process.join();
        EXPECT_EQ(process.exitcode(), thread + number);
      }
    });
  }
  for (std::thread& thread : starting) thread.join();
  is_over = true;
  asking.join();
}

TEST(Wait, GivesTheSentinelsOfThoseThatHaveEnded) {
  Process first(sleep_for_ever);
  Process second([] {});
  first.start();
  second.start();

  EXPECT_EQ(wait({first.sentinel(), second.sentinel()}), std::vector{second.sentinel()});
  EXPECT_EQ(wait({first.sentinel()}, 0s), std::vector<int>{});
  EXPECT_EQ(wait({first.sentinel()}, 20ms), std::vector<int>{});
  EXPECT_EQ(wait({first.sentinel()}, -1h), std::vector<int>{});

  first.kill();
  EXPECT_EQ(wait({first.sentinel()}, std::chrono::hours::max()), std::vector{first.sentinel()});
  first.join();
  second.join();
  EXPECT_EQ(wait({first.sentinel(), second.sentinel()}, 0s), (std::vector{first.sentinel(), second.sentinel()}));
}

TEST(Wait, TakesAnyDescriptorThatCanBePolled) {
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(pipe(pipe_ends.data()), 0);
  Process process(sleep_for_ever);
  process.start();

  EXPECT_EQ(wait({process.sentinel(), pipe_ends[0]}, 0s), std::vector<int>{});
  ASSERT_EQ(write(pipe_ends[1], "x", 1), 1);
  EXPECT_EQ(wait({process.sentinel(), pipe_ends[0]}), std::vector{pipe_ends[0]});
  process.kill();
  EXPECT_TRUE(eventually([&] { return wait({process.sentinel(), pipe_ends[0]}).size() == 2; }));

  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

TEST(Wait, RefusesWhatIsNoDescriptorAndReturnsAtOnceForNone) {
  EXPECT_EQ(wait({}), std::vector<int>{});
  EXPECT_EQ(wait({}, 1h), std::vector<int>{});
  EXPECT_THROW(wait({-1}), std::invalid_argument);
  EXPECT_THROW(wait({1 << 20}), std::system_error);
}

}  // namespace
}  // namespace multiprocessing::tests::process_info_test
