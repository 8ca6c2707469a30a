// SPDX-License-Identifier: MIT
#include <multiprocessing/process.hpp>

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <optional>
#include <thread>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/shared.hpp"

// Programs that do to their children and signals what a library does not expect.
namespace multiprocessing::tests::process_hazards_test {
namespace {

using namespace std::chrono_literals;

[[noreturn]] void sleep_for_ever() {
  for (;;) pause();
}

void expect_to_work_in(const std::function<void()>& body) {
  const ChildResult program = run_in_child(body);
  EXPECT_EQ(program.exit_code, 0) << program;
}

// Joined, whatever became of its status.
void expect_an_unknown_end(Process& process) {
  EXPECT_TRUE(process.join(20s * patience));
  EXPECT_FALSE(process.is_alive());
  EXPECT_EQ(process.exitcode(), std::nullopt);
  process.join();
  EXPECT_EQ(wait({process.sentinel()}, 0s).size(), 1U);
  process.terminate();
  process.kill();
}

TEST(ProgramThatIgnoresSigchld, SeesItsProcessesEndWithoutAnExitcode) {
  expect_to_work_in([] {
    signal(SIGCHLD, SIG_IGN);
    // As if start() were interrupted when it has forked: the child must not end, and be gone, before it is known.
    pthread_atfork(
        nullptr, [] { usleep(5000); }, nullptr);
    for (int round = 0; round != 20; ++round) {
      Process process([] { std::exit(3); });
      process.start();
      expect_an_unknown_end(process);
    }
    Process running(sleep_for_ever);
    running.start();
    EXPECT_TRUE(running.is_alive());
    EXPECT_FALSE(running.join(10ms));
    running.terminate();
    expect_an_unknown_end(running);
  });
}

TEST(ProgramThatReapsAnyChild, SeesItsProcessesEndWithoutAnExitcode) {
  expect_to_work_in([] {
    Process process([] { std::exit(3); });
    process.start();
    EXPECT_EQ(waitpid(-1, nullptr, 0), process.pid());

    expect_an_unknown_end(process);
  });
}

TEST(ProgramThatReapsAnyChild, MayDoSoInAHandlerWhileOthersAreJoined) {
  expect_to_work_in([] {
    struct sigaction action {};
    action.sa_handler = [](int) {
      const int saved_errno = errno;
      while (waitpid(-1, nullptr, WNOHANG) > 0) {
      }
      errno = saved_errno;
    };
    sigaction(SIGCHLD, &action, nullptr);
    for (int round = 0; round != 50; ++round) {
      Process process([] {});
      process.start();
      process.join();
      EXPECT_FALSE(process.is_alive());
      EXPECT_EQ(process.exitcode().value_or(0), 0);
    }
  });
}

// Set in a pid namespace of its own: what the kernel does after some 30,000 processes, at once.
void expect_the_next_pid(pid_t pid) { std::ofstream("/proc/sys/kernel/ns_last_pid") << pid - 1; }

TEST(ProgramThatReapsAnyChild, NeverHasAnotherProcessSignalledThatGotThePid) {
  const ChildResult program = run_in_child([] {
    if (unshare(CLONE_NEWPID) != 0) _exit(77);
    expect_to_work_in([] {
      Process process([] {});
      process.start();
      const pid_t pid = process.pid();
      EXPECT_EQ(waitpid(-1, nullptr, 0), pid);
      expect_the_next_pid(pid);
      const Shared<Event> over;
      const pid_t other = fork();
      if (other == 0) {
        over->wait();
        _exit(5);
      }
      EXPECT_EQ(other, pid);

      process.kill();
      process.terminate();
      process.join();

      over->happen();
      int status = 0;
      EXPECT_EQ(waitpid(other, &status, 0), other);
      EXPECT_TRUE(WIFEXITED(status)) << "it was signalled";
    });
  });
  if (program.exit_code == 77) GTEST_SKIP() << "no pid namespace can be made here";
  EXPECT_EQ(program.exit_code, 0) << program;
}

TEST(ProgramWithSignals, MayBeInterruptedWhileItJoinsAndWaits) {
  expect_to_work_in([] {
    static std::atomic<int> interruptions;
    struct sigaction action {};  // without SA_RESTART
    action.sa_handler = [](int) { ++interruptions; };
    sigaction(SIGUSR1, &action, nullptr);
    const pthread_t main_thread = pthread_self();
    std::atomic<bool> is_over = false;
    std::thread interrupting([&] {
      while (!is_over) {
        pthread_kill(main_thread, SIGUSR1);
        usleep(100);
      }
    });

    for (int round = 0; round != 10; ++round) {
      Process process([] {
        for (int nap = 0; nap != 20; ++nap) usleep(1000);
      });
      process.start();
      EXPECT_FALSE(process.join(2ms));
      EXPECT_EQ(wait({process.sentinel()}).size(), 1U);
      process.join();
      EXPECT_EQ(process.exitcode(), 0);
    }

    is_over = true;
    interrupting.join();
    EXPECT_GT(interruptions, 0);
  });
}

// The kernel gives the status to the tracer first.
TEST(TracedProcess, IsJoinedWhenItsTracerHasLetItGo) {
  const Shared<Event> attached;
  const Shared<std::atomic<bool>> is_refused;
  Process process(sleep_for_ever);
  process.start();
  Process tracer([&, pid = process.pid()] {
    *is_refused = ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) != 0;
    attached->happen();
    sleep_for_ever();
  });
  tracer.start();
  attached->wait();

  process.kill();
  EXPECT_EQ(wait({process.sentinel()}).size(), 1U);
  EXPECT_EQ(process.join(30ms), *is_refused);
  EXPECT_EQ(process.is_alive(), !*is_refused);
  tracer.kill();
  process.join();

  EXPECT_EQ(process.exitcode(), -SIGKILL);
}

TEST(StoppedProcess, IsAliveAndIsJoinedWhenItHasGoneOn) {
  Process stopped([] {
    raise(SIGSTOP);
    std::exit(3);
  });
  stopped.start();
  siginfo_t state{};
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(stopped.pid()), &state, WSTOPPED | WNOWAIT), 0);

  EXPECT_TRUE(stopped.is_alive());
  EXPECT_FALSE(stopped.join(20ms));
  EXPECT_EQ(stopped.exitcode(), std::nullopt);
  kill(stopped.pid(), SIGCONT);
  stopped.join();

  EXPECT_EQ(stopped.exitcode(), 3);
}

}  // namespace
}  // namespace multiprocessing::tests::process_hazards_test
