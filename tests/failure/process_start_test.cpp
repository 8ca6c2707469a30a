// SPDX-License-Identifier: MIT
#include <multiprocessing/process.hpp>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

// Descriptors, threads, and a system that refuses, around the start of a Process.
namespace multiprocessing::tests::process_start_test {
namespace {

using namespace std::chrono_literals;

[[noreturn]] void sleep_for_ever() {
  for (;;) pause();
}

int open_descriptors() {
  int open = 0;
  for (int fd = 0; fd != 256; ++fd) open += fcntl(fd, F_GETFD) != -1 ? 1 : 0;
  return open;
}

void expect_to_work_in(const std::function<void()>& body) {
  const ChildResult program = run_in_child(body);
  EXPECT_EQ(program.exit_code, 0) << program;
}

TEST(ProgramWithFiles, GivesItsProcessesAnEmptyInput) {
  expect_to_work_in([] {
    std::array<int, 2> input{};
    ASSERT_EQ(pipe(input.data()), 0);
    ASSERT_EQ(dup2(input[0], STDIN_FILENO), STDIN_FILENO);
    ASSERT_EQ(write(input[1], "abc", 3), 3);
    ASSERT_EQ(std::getchar(), 'a');  // and the rest is buffered
    Process process([] {
      char text = 0;
      std::exit(std::getchar() == EOF && read(STDIN_FILENO, &text, 1) == 0 ? 0 : 1);
    });

    process.start();
    process.join();

    EXPECT_EQ(process.exitcode(), 0);
    EXPECT_EQ(std::getchar(), 'b');
  });
}

TEST(ProgramWithFiles, MayHaveClosedTheStandardOnes) {
  expect_to_work_in([] {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) close(fd);
    Process process([] {
      std::cout << "nowhere" << std::flush;
      throw 1;
    });
    process.set_daemon(true);
    process.start();
    if (process.sentinel() <= STDERR_FILENO) _exit(1);
    process.join();
    if (process.exitcode() != 1) _exit(2);
    if (fcntl(STDOUT_FILENO, F_GETFD) != -1) _exit(3);
  });
}

TEST(ProgramWithFiles, FindsThatItsProcessesHaveOnlyTheDescriptorOfTheirParent) {
  const int before = open_descriptors();
  for (const bool is_daemon : {false, true}) {
    Process process([&] { std::exit(open_descriptors() - before); });
    process.set_daemon(is_daemon);
    process.start();
    EXPECT_EQ(open_descriptors() - before, is_daemon ? 2 : 1);
    process.join();
    EXPECT_EQ(process.exitcode(), is_daemon ? 2 : 1);
  }
}

// Threads that hold locks and print while another one forks.
TEST(ProgramWithThreads, MayStartProcessesFromEachOfThem) {
  expect_to_work_in([] {
    std::atomic<bool> is_over = false;
    std::thread printing([&] {
      while (!is_over) std::cout << std::string(100, 'x') << std::flush;
    });
    std::vector<std::thread> starting;
    for (int thread = 0; thread != 4; ++thread) {
      starting.emplace_back([] {
        for (int number = 0; number != 10; ++number) {
          Process process([] {
            std::cout << std::string(100, 'y') << std::endl;
            Process grandchild([] { std::exit(9); });
            grandchild.start();
            grandchild.join();
            std::exit(*grandchild.exitcode());
          });
          process.set_daemon(number % 2 == 0);
          process.start();
          process.join();
          EXPECT_EQ(process.exitcode(), 9);
        }
      });
    }
    for (std::thread& thread : starting) thread.join();
    is_over = true;
    printing.join();
  });
}

// A sanitizer needs descriptors for itself: it opens a pipe to look at an object before it calls a member.
constexpr bool has_sanitizer = patience != 1;

std::error_code error_of_start(Process& process, const rlimit& files_afterwards) {
  std::error_code code;
  try {
    process.start();
  } catch (const std::system_error& refused) {
    code = refused.code();
  }
  setrlimit(RLIMIT_NOFILE, &files_afterwards);
  return code;
}

TEST(RefusedProcess, IsASystemErrorAndMayBeStartedAgain) {
  if (has_sanitizer) GTEST_SKIP() << "a sanitizer needs descriptors for itself";
  expect_to_work_in([] {
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    for (const bool is_daemon : {false, true}) {
      int refusals = 0;
      bool is_refused = true;
      for (rlim_t limit = 3; is_refused; ++limit) {
        Process process([] { std::exit(4); });
        process.set_daemon(is_daemon);
        const rlimit few{limit, files.rlim_max};
        setrlimit(RLIMIT_NOFILE, &few);
        const std::error_code error = error_of_start(process, files);
        is_refused = static_cast<bool>(error);
        if (is_refused) {
          ++refusals;
          EXPECT_EQ(error.value(), EMFILE);
          EXPECT_FALSE(process.is_alive());
          process.start();
        }
        process.join();
        EXPECT_EQ(process.exitcode(), 4);
      }
      EXPECT_GE(refusals, 2);
    }
  });
}

TEST(RefusedProcess, AfterTheForkHasRunNothing) {
  if (has_sanitizer) GTEST_SKIP() << "a sanitizer needs descriptors for itself";
  const Shared<std::atomic<bool>> has_run;
  expect_to_work_in([&] {
    static rlimit files;
    static rlimit none;
    getrlimit(RLIMIT_NOFILE, &files);
    none = {0, files.rlim_max};
    pthread_atfork(
        nullptr, [] { setrlimit(RLIMIT_NOFILE, &none); }, nullptr);
    Process process([&] { *has_run = true; });

    EXPECT_EQ(error_of_start(process, files).value(), EMFILE);

    EXPECT_TRUE(children_of(getpid()).empty());
    EXPECT_FALSE(process.is_alive());
  });
  EXPECT_FALSE(*has_run);
}

TEST(RefusedProcess, OfTheForkItselfLeavesNothingBehind) {
  constexpr int exit_not_possible_here = 77;
  const ChildResult program = run_in_child([] {
    // RLIMIT_NPROC does not bind root, and counts all processes of a user: this one is nobody else.
    const auto nobody_else = static_cast<uid_t>(70'000 + getpid() % 40'000);
    if (setresuid(nobody_else, nobody_else, nobody_else) != 0) _exit(exit_not_possible_here);
    rlimit limit{};
    getrlimit(RLIMIT_NPROC, &limit);
    Process process([] { std::exit(4); });
    process.set_name("unlucky");
    process.set_daemon(true);
    const int before = open_descriptors();
    const rlimit one{1, limit.rlim_max};
    setrlimit(RLIMIT_NPROC, &one);

    try {
      process.start();
      ADD_FAILURE() << "it was not refused";
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code().value(), EAGAIN);
      EXPECT_EQ(std::string(error.what()).rfind("cannot fork process 'unlucky'", 0), 0U) << error.what();
    }

    EXPECT_EQ(open_descriptors(), before);
    EXPECT_TRUE(active_children().empty());
    setrlimit(RLIMIT_NPROC, &limit);
    process.start();
    process.join();
    EXPECT_EQ(process.exitcode(), 4);
  });
  if (program.exit_code == exit_not_possible_here) GTEST_SKIP() << "this user cannot become another one";
  EXPECT_EQ(program.exit_code, 0) << program;
}

TEST(ParentOfProcess, ThatEndsAtAnyMomentOfAStartLeavesNoDaemon) {
  for (int round = 0; round != 20; ++round) {
    const Shared<std::array<std::atomic<pid_t>, 8>> daemons;
    ChildProcess program([&] {
      for (int number = 0;; ++number) {
        auto* const process = new Process([&daemons, number] {
          daemons->at(static_cast<std::size_t>(number % 8)) = getpid();
          sleep_for_ever();
        });
        process->set_daemon(true);
        process->start();
        if (number >= 8) process->kill();
      }
    });
    usleep(static_cast<useconds_t>(1000 + round * 700));
    program.kill(SIGKILL);
    program.wait();

    for (const auto& daemon : *daemons) {
      if (daemon == 0) continue;
      EXPECT_TRUE(ends_within(daemon, 1s * patience)) << describe_process(daemon);
    }
  }
}

}  // namespace
}  // namespace multiprocessing::tests::process_start_test
