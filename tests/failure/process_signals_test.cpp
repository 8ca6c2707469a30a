// SPDX-License-Identifier: MIT
#include <multiprocessing/process.hpp>

#include <gtest/gtest.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <initializer_list>

#include "support/child_process.hpp"
#include "support/shared.hpp"

// Programs that catch, ignore or block signals, and the children that their Process objects start.
namespace multiprocessing::tests::process_signals_test {
namespace {

[[noreturn]] void sleep_for_ever() {
  for (;;) pause();
}

void expect_to_work_in(const std::function<void()>& body) {
  const ChildResult program = run_in_child(body);
  EXPECT_EQ(program.exit_code, 0) << program;
}

// As a server has it: its handler writes to a pipe that its loop reads, and both are inherited.
std::array<int, 2> self_pipe;

void catch_by_self_pipe(std::initializer_list<int> signals) {
  ASSERT_EQ(pipe(self_pipe.data()), 0);
  for (const int number : signals) {
    signal(number, [](int caught) {
      const char byte = static_cast<char>(caught);
      [[maybe_unused]] const auto ignored = write(self_pipe[1], &byte, 1);
    });
  }
}

bool self_pipe_was_written() {
  pollfd readable{.fd = self_pipe[0], .events = POLLIN, .revents = 0};
  return poll(&readable, 1, 0) != 0;
}

TEST(ProgramThatCatchesSignals, TerminatesItsProcessesAndNotItself) {
  expect_to_work_in([] {
    catch_by_self_pipe({SIGTERM, SIGINT});
    for (const int signal : {SIGTERM, SIGINT}) {
      const Shared<Event> begun;
      Process process([&begun] {
        begun->happen();
        sleep_for_ever();
      });
      process.start();
      begun->wait();

      kill(process.pid(), signal);
      process.join();

      EXPECT_EQ(process.exitcode(), -signal);
      EXPECT_FALSE(self_pipe_was_written()) << signal;
    }
    raise(SIGTERM);
    EXPECT_TRUE(self_pipe_was_written()) << "the program has lost its own handler";
  });
}

TEST(ProgramThatCatchesSignals, TerminatesItsProcessesInTheirFirstMoment) {
  expect_to_work_in([] {
    catch_by_self_pipe({SIGTERM, SIGALRM});
    for (int round = 0; round != 50; ++round) {
      Process process(sleep_for_ever);
      process.start();
      process.terminate();
      process.join();
      EXPECT_EQ(process.exitcode(), -SIGTERM);
    }
    // Still earlier: before the child has done anything at all.
    pthread_atfork(nullptr, nullptr, [] { kill(getpid(), SIGTERM); });
    Process process(sleep_for_ever);
    process.start();
    process.join();
    EXPECT_EQ(process.exitcode(), -SIGTERM);
    EXPECT_FALSE(self_pipe_was_written());
  });
}

TEST(ProgramThatBlocksSignals, TerminatesItsProcesses) {
  expect_to_work_in([] {
    // As one that takes its signals by sigwait() or from a signalfd.
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGHUP);
    pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
    const Shared<Event> begun;
    Process process([&begun] {
      sigset_t mask;
      pthread_sigmask(SIG_SETMASK, nullptr, &mask);
      for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGCHLD}) EXPECT_FALSE(sigismember(&mask, signal));
      EXPECT_TRUE(sigismember(&mask, SIGHUP));
      if (::testing::Test::HasFailure()) _exit(1);
      begun->happen();
      sleep_for_ever();
    });

    process.start();
    begun->wait();
    process.terminate();
    process.join();

    EXPECT_EQ(process.exitcode(), -SIGTERM);
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    EXPECT_FALSE(sigismember(&mask, SIGUSR1));
    EXPECT_TRUE(sigismember(&mask, SIGTERM));
    EXPECT_TRUE(sigismember(&mask, SIGHUP));
  });
}

TEST(ProgramThatIgnoresSignals, HasProcessesThatIgnoreThem) {
  expect_to_work_in([] {
    for (const int number : {SIGPIPE, SIGTERM, SIGUSR2}) signal(number, SIG_IGN);
    signal(SIGUSR1, [](int) {});
    Process process([] {
      for (const int number : {SIGPIPE, SIGTERM, SIGUSR2}) raise(number);
      raise(SIGUSR1);
    });

    process.start();
    process.join();

    EXPECT_EQ(process.exitcode(), -SIGUSR1);
  });
}

TEST(ProcessWithAHandlerOfItsOwn, IsToldToEndByTerminate) {
  expect_to_work_in([] {
    catch_by_self_pipe({SIGTERM});
    const Shared<Event> begun;
    Process process([&begun] {
      signal(SIGTERM, [](int) { _exit(5); });
      begun->happen();
      sleep_for_ever();
    });
    process.start();
    begun->wait();

    process.terminate();
    process.join();

    EXPECT_EQ(process.exitcode(), 5);
    EXPECT_FALSE(self_pipe_was_written());
  });
}

}  // namespace
}  // namespace multiprocessing::tests::process_signals_test
