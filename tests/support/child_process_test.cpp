// SPDX-License-Identifier: MIT
#include "support/child_process.hpp"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

#include "support/processes.hpp"

namespace multiprocessing::tests::child_process_test {
namespace {

TEST(ChildProcess, ReportsTheExitCodeAndWhatWasWritten) {
  const ChildResult child = run_in_child([] {
    std::printf("said");
    std::fprintf(stderr, "complained");
  });

  EXPECT_EQ(child.exit_code, 0);
  EXPECT_EQ(child.standard_output, "said");
  EXPECT_EQ(child.standard_error, "complained");
}

TEST(ChildProcess, ReportsAnException) {
  const ChildResult child = run_in_child([] { throw std::runtime_error("no luck"); });

  EXPECT_EQ(child.exit_code, 97);
  EXPECT_EQ(child.standard_error, "the child threw: no luck\n");
}

TEST(ChildProcess, ReportsTheSignalThatEndedIt) {
  ChildProcess child([] {
    for (;;) pause();
  });

  child.kill(SIGTERM);

  EXPECT_EQ(child.wait().signal, SIGTERM);
}

TEST(ChildProcess, IsKilledAtItsDeadline) {
  const ChildResult child = run_in_child(
      [] {
        for (;;) pause();
      },
      std::chrono::milliseconds{50});

  EXPECT_TRUE(child.timed_out);
  EXPECT_EQ(child.signal, SIGKILL);
}

TEST(ChildProcess, AnExpectationThatFailsInTheChildFailsTheTest) {
  ChildProcess child([] { EXPECT_EQ(1, 2); });

  EXPECT_NONFATAL_FAILURE(child.wait(), "expectations failed in the child");
}

TEST(ChildProcess, IsEndedByItsDestructor) {
  pid_t pid = 0;
  {
    ChildProcess child([] {
      for (;;) pause();
    });
    pid = child.pid();
    EXPECT_TRUE(is_alive(pid));
    EXPECT_EQ(children_of(getpid()), std::vector<pid_t>{pid});
  }
  EXPECT_FALSE(is_alive(pid));
  EXPECT_TRUE(ends_within(pid, std::chrono::milliseconds{0}));
}

}  // namespace
}  // namespace multiprocessing::tests::child_process_test
