// SPDX-License-Identifier: MIT
#include <multiprocessing/process.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <thread>
#include <vector>

#include "support/processes.hpp"

// Processes that have ended while nobody asks for them.
namespace multiprocessing::tests::ended_processes_test {
namespace {

[[noreturn]] void sleep_for_ever() {
  for (;;) pause();
}

std::vector<Process> fifty_with_their_number_as_exitcode() {
  std::vector<Process> processes;
  for (int number = 0; number != 50; ++number) {
    processes.emplace_back([number] { std::exit(number); });
    processes.back().start();
  }
  return processes;
}

TEST(EndedProcesses, AreReapedByTheNextStartAndKeepTheirExitcodes) {
  std::vector<Process> ended = fifty_with_their_number_as_exitcode();
  for (const Process& process : ended) wait({process.sentinel()});
  Process running(sleep_for_ever);
  running.start();

  EXPECT_EQ(children_of(getpid()), std::vector{running.pid()});
  for (int number = 0; number != 50; ++number) {
    EXPECT_EQ(ended[static_cast<std::size_t>(number)].exitcode(), number);
  }
  EXPECT_EQ(active_children().size(), 1U);
  running.kill();
  running.join();
  EXPECT_EQ(running.exitcode(), -SIGKILL);
}

TEST(EndedProcesses, AreNotTakenFromThreadsThatJoinThem) {
  std::vector<std::thread> joining;
  for (int thread = 0; thread != 4; ++thread) {
    joining.emplace_back([] {
      std::vector<Process> processes = fifty_with_their_number_as_exitcode();
      for (int number = 0; number != 50; ++number) {
        Process& process = processes[static_cast<std::size_t>(number)];
        process.join();
        EXPECT_EQ(process.exitcode(), number);
      }
    });
  }
  for (std::thread& thread : joining) thread.join();
}

}  // namespace
}  // namespace multiprocessing::tests::ended_processes_test
