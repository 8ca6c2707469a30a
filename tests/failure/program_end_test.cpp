// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

// However a program ends and whatever its pools do then, none of their processes is left a second later.
namespace multiprocessing::tests::program_end_test {
namespace {

using namespace std::chrono_literals;

// What the program's processes say about themselves to the test.
struct Processes {
  static constexpr std::size_t most = 32;
  std::array<std::atomic<pid_t>, most> pids{};
  std::atomic<std::size_t> count = 0;
  std::atomic<pid_t> older_child = 0, younger_child = 0;
  std::atomic<bool> all_known = false;

  void add(pid_t pid) { pids.at(count++) = pid; }
};
Processes* known = nullptr;

// A child of the program itself, which is no affair of the pool's.
pid_t fork_idle_child() {
  const pid_t child = fork();
  while (child == 0) pause();
  return child;
}

// A task that never ends, of which a child (made as a program would be) and a grandchild are left.
void leave_processes_and_sleep() {
  known->add(fork_idle_child());
  if (fork() == 0) {
    known->add(fork_idle_child());
    _exit(0);
  }
  ::wait(nullptr);
  known->add(getpid());
  while (true) pause();
}

void add_family_of(pid_t program) {
  for (const pid_t server : children_of(program)) {
    if (server == known->older_child) continue;
    known->add(server);
    for (const pid_t worker : children_of(server)) known->add(worker);
  }
}

// Each makes pools and keeps them, and returns when they do what they are to do.
struct Deed {
  const char* name;
  void (*begin)();
};

void be_idle() {
  static Pool pool(2);
  pool.map([](int number) { return number; }, {1, 2, 3});
}

void be_busy() {
  static Pool pool(2);
  static auto sleeping = pool.apply_async(leave_processes_and_sleep);
  static auto computing = pool.map_async(
      [](int) {
        for (std::atomic<unsigned> steps = 0;; ++steps) continue;
      },
      std::vector<int>(1000), 1);
  eventually([] { return known->count == 3; });
}

void be_nested() {
  static Pool pool(1);
  static auto outer = pool.apply_async([] {
    Pool own(1);
    auto inner = own.apply_async(leave_processes_and_sleep);
    add_family_of(getpid());
    inner.get();
  });
  eventually([] { return known->count == 5; });
}

void be_several() {
  be_idle();
  static Pool first(1);
  static Pool second(1);
  static auto sleeping = first.apply_async(leave_processes_and_sleep);
  static auto streaming = second.map_async([](std::string text) { return text; },
                                           std::vector<std::string>(200, std::string(1'000'000, 'x')), 1);
  eventually([] { return known->count == 3; });
}

const std::array deeds{Deed{"Idle", be_idle}, Deed{"Busy", be_busy}, Deed{"Nested", be_nested},
                       Deed{"Several", be_several}};

struct Ending {
  const char* name;
  void (*end)();
};

void fail() { throw std::runtime_error("out of main"); }
void leave_main() noexcept { fail(); }  // what runs main catches nothing either

const std::array endings{
    Ending{"Kill", [] { raise(SIGKILL); }},
    Ending{"Exit", [] { std::exit(0); }},
    Ending{"ExitAtOnce", [] { _exit(0); }},
    Ending{"Abort", [] { std::abort(); }},
    Ending{"Exec", [] { execl("/bin/sleep", "sleep", "60", nullptr); }},
    Ending{"Exception", leave_main},
};

class ProgramThatEnds : public ::testing::TestWithParam<std::tuple<Deed, Ending>> {};

TEST_P(ProgramThatEnds, LeavesNoProcessOfItsPoolsAlthoughOtherChildrenOfItLive) {
  const auto& [deed, ending] = GetParam();
  const Shared<Processes> processes;
  known = processes.get();
  ChildProcess program([&, begin = deed.begin, end = ending.end] {
    known->older_child = fork_idle_child();
    begin();
    add_family_of(getpid());
    known->younger_child = fork_idle_child();
    known->all_known = true;
    end();
  });
  ASSERT_TRUE(eventually([] { return known->all_known.load(); }, 20s * patience));

  const auto second = std::chrono::steady_clock::now() + 1s * patience;
  for (std::size_t index = 0; index != known->count; ++index) {
    const auto left = second - std::chrono::steady_clock::now();
    const pid_t pid = known->pids.at(index);
    EXPECT_TRUE(ends_within(pid, std::max(1ms, std::chrono::duration_cast<std::chrono::milliseconds>(left))))
        << describe_process(pid);
  }

  for (const pid_t pid : {known->older_child.load(), known->younger_child.load()}) {
    EXPECT_TRUE(is_alive(pid));
    kill(pid, SIGKILL);
  }
}

INSTANTIATE_TEST_SUITE_P(, ProgramThatEnds,
                         ::testing::Combine(::testing::ValuesIn(deeds), ::testing::ValuesIn(endings)),
                         [](const auto& setting) {
                           return std::string(std::get<0>(setting.param).name) + std::get<1>(setting.param).name;
                         });

}  // namespace
}  // namespace multiprocessing::tests::program_end_test
