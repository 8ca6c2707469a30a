// SPDX-License-Identifier: MIT
#include <multiprocessing/process.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::process_life_test {
namespace {

using namespace std::chrono_literals;

[[noreturn]] void sleep_for_ever() {
  for (;;) pause();
}

TEST(Process, IsNotAliveBeforeItStartsAndHasNoExitcodeWhileItRuns) {
  Process process(sleep_for_ever);
  EXPECT_FALSE(process.is_alive());
  EXPECT_EQ(process.exitcode(), std::nullopt);
  EXPECT_EQ(process.pid(), 0);

  process.start();
  EXPECT_TRUE(process.is_alive());
  EXPECT_EQ(process.exitcode(), std::nullopt);
  EXPECT_TRUE(is_alive(process.pid()));

  process.kill();
  process.join();
  EXPECT_FALSE(process.is_alive());
  EXPECT_EQ(process.exitcode(), -SIGKILL);
  EXPECT_TRUE(children_of(getpid()).empty());
}

TEST(Process, IsReapedByWhoAsksWhetherItIsAlive) {
  Process process([] {});
  process.start();

  EXPECT_TRUE(eventually([&] { return !process.is_alive(); }));

  EXPECT_TRUE(children_of(getpid()).empty());
  EXPECT_EQ(process.exitcode(), 0);
}

TEST(Process, JoinWithATimeoutSaysWhetherItHasEnded) {
  Process process(sleep_for_ever);
  process.start();

  EXPECT_FALSE(process.join(0s));
  EXPECT_FALSE(process.join(-1h));
  EXPECT_FALSE(process.join(std::chrono::hours::min()));
  EXPECT_FALSE(process.join(20ms));
  EXPECT_TRUE(process.is_alive());

  process.terminate();
  EXPECT_TRUE(process.join(std::chrono::hours::max()));
  EXPECT_TRUE(process.join(0s));
  EXPECT_TRUE(process.join(-1.5s));
  process.join();
  EXPECT_EQ(process.exitcode(), -SIGTERM);
}

TEST(Process, KillEndsWhatIgnoresTerminateOrIsStopped) {
  const Shared<Event> begun;
  Process process([&begun] {
    signal(SIGTERM, SIG_IGN);
    begun->happen();
    sleep_for_ever();
  });
  process.start();
  begun->wait();

  process.terminate();
  EXPECT_FALSE(process.join(50ms));
  ::kill(process.pid(), SIGSTOP);
  process.kill();
  process.join();

  EXPECT_EQ(process.exitcode(), -SIGKILL);
  process.terminate();
  process.kill();
}

TEST(Process, CloseGivesItsDescriptorBackAndIsAskedTwice) {
  Process process([] {});
  Process never_started([] {});
  process.start();
  process.join();
  const int sentinel = process.sentinel();

  process.close();
  process.close();
  never_started.close();

  EXPECT_NE(access(("/proc/self/fd/" + std::to_string(sentinel)).c_str(), F_OK), 0);
}

TEST(Process, DestructorJoins) {
  const Shared<std::atomic<bool>> is_done;
  {
    Process process([&is_done] {
      usleep(50'000);
      *is_done = true;
    });
    process.start();
  }
  EXPECT_TRUE(*is_done);
  EXPECT_TRUE(children_of(getpid()).empty());
}

TEST(Process, DestructorOfADaemonEndsItAlsoIfItIgnoresTerminate) {
  const Shared<Event> begun;
  const auto start = std::chrono::steady_clock::now();
  {
    Process process([&begun] {
      signal(SIGTERM, SIG_IGN);
      begun->happen();
      sleep_for_ever();
    });
    process.set_daemon(true);
    process.start();
    begun->wait();
  }
  EXPECT_TRUE(children_of(getpid()).empty());
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s * patience);
}

TEST(Process, DestructorOfADaemonLetsItHandleTerminate) {
  const Shared<Event> begun;
  const Shared<std::atomic<bool>> was_told;
  static std::atomic<bool>* told;
  told = was_told.get();
  {
    Process process([&begun] {
      signal(SIGTERM, [](int) {
        *told = true;
        _exit(0);
      });
      begun->happen();
      sleep_for_ever();
    });
    process.set_daemon(true);
    process.start();
    begun->wait();
  }
  EXPECT_TRUE(*was_told);
}

TEST(Process, MovesWithItsChild) {
  Process first([] { std::exit(4); });
  first.start();
  const pid_t pid = first.pid();

  Process second(std::move(first));
  second.join();

  EXPECT_EQ(second.pid(), pid);
  EXPECT_EQ(second.exitcode(), 4);
}

TEST(Process, AssignmentOverARunningOneJoinsThat) {
  const Shared<std::atomic<bool>> is_done;
  Process process([&is_done] {
    usleep(50'000);
    *is_done = true;
  });
  process.start();

  process = Process([] { std::exit(6); });

  EXPECT_TRUE(*is_done);
  process.start();
  process.join();
  EXPECT_EQ(process.exitcode(), 6);
}

TEST(Process, AHundredRunAtOnceAndEndInAnyWay) {
  std::vector<Process> sleeping;
  std::vector<Process> leaving;
  for (int number = 0; number != 50; ++number) {
    sleeping.emplace_back(sleep_for_ever);
    leaving.emplace_back([number] { std::exit(number); });
  }
  for (Process& process : sleeping) process.start();
  for (Process& process : leaving) process.start();

  for (Process& process : sleeping) process.kill();
  for (Process& process : sleeping) process.join();
  for (Process& process : leaving) process.join();

  for (int number = 0; number != 50; ++number) {
    EXPECT_EQ(sleeping.at(static_cast<std::size_t>(number)).exitcode(), -SIGKILL);
    EXPECT_EQ(leaving.at(static_cast<std::size_t>(number)).exitcode(), number);
  }
}

void descend(int depth, std::atomic<int>* deepest) {
  *deepest = depth;
  if (depth == 5) return;
  Process process(descend, depth + 1, deepest);
  process.start();
  process.join();
  if (process.exitcode() != 0) std::exit(1);
}

TEST(Process, MayStartProcessesItself) {
  const Shared<std::atomic<int>> deepest;
  Process process(descend, 1, deepest.get());

  process.start();
  process.join();

  EXPECT_EQ(process.exitcode(), 0);
  EXPECT_EQ(*deepest, 5);
}

}  // namespace
}  // namespace multiprocessing::tests::process_life_test
