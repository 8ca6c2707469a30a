// SPDX-License-Identifier: MIT
#include <multiprocessing/process.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

// What becomes of a program's Process objects, and of their children, when one of the two ends.
namespace multiprocessing::tests::process_end_test {
namespace {

using namespace std::chrono_literals;

[[noreturn]] void sleep_for_ever() {
  for (;;) pause();
}

struct Known {
  std::atomic<pid_t> pid = 0;
  std::atomic<bool> is_done = false;
  std::atomic<bool> is_known = false;
};

void be_slow(Known* known, int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  known->is_done = true;
}

struct Ending {
  const char* name;
  void (*end)();
};

void fail() { throw std::runtime_error("out of main"); }
void leave_main() noexcept { fail(); }

const std::array orderly{
    Ending{"Exit", [] { std::exit(0); }},
    Ending{"ExitOfAThread", [] { std::thread([] { std::exit(0); }).join(); }},
};
const std::array abrupt{
    Ending{"Kill", [] { raise(SIGKILL); }},
    Ending{"ExitAtOnce", [] { _exit(0); }},
    Ending{"QuickExit", [] { std::quick_exit(0); }},
    Ending{"Abort", [] { std::abort(); }},
    Ending{"Exception", leave_main},
    Ending{"Exec", [] { execl("/bin/sleep", "sleep", "60", nullptr); }},
    Ending{"ExecOfAThread", [] { std::thread([] { execl("/bin/sleep", "sleep", "60", nullptr); }).join(); }},
};
const auto name_of = [](const auto& setting) { return std::string(setting.param.name); };

class OrderlyEndOfProgram : public ::testing::TestWithParam<Ending> {};

TEST_P(OrderlyEndOfProgram, JoinsProcessesThatNobodyDestroyed) {
  const Shared<std::array<Known, 2>> known;
  const ChildResult program = run_in_child([&] {
    // Static before the first start, and never destroyed.
    static Process first(be_slow, &known->at(0), 50);
    first.start();
    static auto* const second = new Process(be_slow, &known->at(1), 300);
    second->start();
    GetParam().end();
  });

  EXPECT_EQ(program.exit_code, 0) << program;
  for (const Known& one : *known) EXPECT_TRUE(one.is_done);
}

TEST_P(OrderlyEndOfProgram, EndsDaemonsAlsoThoseThatIgnoreTerminateOrAreStopped) {
  const Shared<std::array<Known, 3>> known;
  const ChildResult program = run_in_child([&] {
    static std::array<Process*, 3> daemons;
    const auto start = [&](std::size_t index, void (*prepare)()) {
      Known* const one = &known->at(index);
      Process* const daemon = daemons.at(index) = new Process([=] {
        prepare();
        one->is_known = true;
        sleep_for_ever();
      });
      daemon->set_daemon(true);
      daemon->start();
      one->pid = daemon->pid();
      eventually([&] { return one->is_known.load(); });
    };
    start(0, [] {});
    start(1, [] { signal(SIGTERM, SIG_IGN); });
    start(2, [] {});
    kill(known->at(2).pid, SIGSTOP);
    GetParam().end();
  });

  EXPECT_EQ(program.exit_code, 0) << program;
  EXPECT_LT(program.took, 5s * patience);
  for (const Known& one : *known) {
    EXPECT_NE(one.pid, 0);
    EXPECT_FALSE(is_alive(one.pid)) << "when the program has ended they have";
  }
}

INSTANTIATE_TEST_SUITE_P(, OrderlyEndOfProgram, ::testing::ValuesIn(orderly), name_of);

class AbruptEndOfProgram : public ::testing::TestWithParam<Ending> {};

TEST_P(AbruptEndOfProgram, KillsItsDaemonsAndLeavesItsOtherProcesses) {
  const Shared<std::array<Known, 3>> known;
  ChildProcess program([&] {
    const auto start = [](Known* one, bool is_daemon) {
      auto* const process = new Process([one] {
        signal(SIGTERM, SIG_IGN);
        one->is_known = true;
        sleep_for_ever();
      });
      process->set_daemon(is_daemon);
      process->start();
      one->pid = process->pid();
    };
    // By a thread that ends: the kernel's own parent-death signal would come now.
    std::thread(start, &known->at(0), true).join();
    start(&known->at(1), false);
    const pid_t other_child = fork();
    if (other_child == 0) sleep_for_ever();
    known->at(2).pid = other_child;
    eventually([&] { return known->at(0).is_known && known->at(1).is_known; });
    usleep(20'000);
    known->at(2).is_done = is_alive(known->at(0).pid);
    known->at(2).is_known = true;
    GetParam().end();
  });
  ASSERT_TRUE(eventually([&] { return known->at(2).is_known.load(); }, 20s * patience));

  EXPECT_TRUE(known->at(2).is_done) << "the daemon had ended with the thread that started it";
  EXPECT_TRUE(ends_within(known->at(0).pid, 1s * patience)) << describe_process(known->at(0).pid);
  for (const int survivor : {1, 2}) {
    const pid_t pid = known->at(static_cast<std::size_t>(survivor)).pid;
    EXPECT_TRUE(is_alive(pid));
    kill(pid, SIGKILL);
  }
}

INSTANTIATE_TEST_SUITE_P(, AbruptEndOfProgram, ::testing::ValuesIn(abrupt), name_of);

class EndOfChild : public ::testing::TestWithParam<Ending> {};

TEST_P(EndOfChild, JoinsItsProcessesAndEndsItsDaemons) {
  const Shared<std::array<Known, 2>> known;
  Process process([&] {
    auto* const joined = new Process(be_slow, &known->at(0), 100);
    auto* const daemon = new Process(sleep_for_ever);
    daemon->set_daemon(true);
    joined->start();
    daemon->start();
    known->at(1).pid = daemon->pid();
    GetParam().end();
  });

  process.start();
  process.join();

  EXPECT_TRUE(known->at(0).is_done);
  EXPECT_NE(known->at(1).pid, 0);
  EXPECT_FALSE(is_alive(known->at(1).pid));
}

INSTANTIATE_TEST_SUITE_P(, EndOfChild,
                         ::testing::Values(Ending{"Return", [] {}}, orderly[0], orderly[1],
                                           Ending{"Exception", [] { throw std::runtime_error("expected"); }}),
                         name_of);

struct AtExit {
  const char* text;
  ~AtExit() { std::cout << text; }
};

TEST(EndOfChildProcess, RunsWhatItRegisteredItselfAndNothingOfTheProgram) {
  for (const bool by_exit : {false, true}) {
    const ChildResult program = run_in_child([by_exit] {
      static const AtExit of_program{"the program's static\n"};
      std::atexit([] { std::cout << "the program's handler\n"; });
      Process process([by_exit] {
        static const AtExit of_child{"the child's static\n"};
        std::atexit([] { std::cout << "the child's handler\n"; });
        if (by_exit) std::exit(5);
      });
      process.start();
      process.join();
      EXPECT_EQ(process.exitcode(), by_exit ? 5 : 0);
    });

    EXPECT_EQ(program.exit_code, 0) << program;
    EXPECT_EQ(program.standard_output, "the child's handler\nthe child's static\n");
  }
}

TEST(EndOfChildProcess, FlushesItsOutputOnceAndTheProgramsNever) {
  const ChildResult program = run_in_child([] {
    std::printf("buffered by the program; ");
    std::cout << "also; ";
    Process process([] {
      std::printf("printed by the child; ");
      std::cout << "also; ";
      std::clog << "to its error";
    });
    process.start();
    process.join();
    std::printf("after it\n");
  });

  EXPECT_EQ(program.standard_output, "buffered by the program; also; printed by the child; also; after it\n");
  EXPECT_EQ(program.standard_error, "to its error");
}

TEST(EndOfChildProcess, DestroysWhatItWasGiven) {
  const ChildResult program = run_in_child([] {
    struct Given {
      pid_t program = getpid();
      ~Given() { std::cout << (getpid() == program ? "the caller's; " : "the child's; "); }
    };
    Process process([given = std::make_unique<Given>()] {});
    process.start();
    std::cout << "started; " << std::flush;
    process.join();
  });

  EXPECT_EQ(program.exit_code, 0) << program;
  EXPECT_NE(program.standard_output.find("the caller's; started; "), std::string::npos) << program;
  EXPECT_NE(program.standard_output.find("the child's; "), std::string::npos) << program;
}

}  // namespace
}  // namespace multiprocessing::tests::process_end_test
