// SPDX-License-Identifier: MIT
#include "support/deadline.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "support/child_process.hpp"

namespace multiprocessing::tests::watchdog_test {
namespace {

TEST(Deadline, NamesTheTestThatHangsAndAbortsIt) {
  const ChildResult child = run_in_child([] {
    set_deadline(std::chrono::seconds{1});
    for (;;) pause();
  });

  EXPECT_EQ(child.signal, SIGABRT) << child;
  EXPECT_NE(child.standard_error.find("Deadline.NamesTheTestThatHangsAndAbortsIt has hung for 1 s"), std::string::npos)
      << child;
}

TEST(Eventually, SeesWhatBecomesTrueAndGivesUpOnWhatDoesNot) {
  int calls = 0;

  EXPECT_TRUE(eventually([&calls] { return ++calls == 3; }));
  EXPECT_FALSE(eventually([] { return false; }, std::chrono::milliseconds{10}));
}

}  // namespace
}  // namespace multiprocessing::tests::watchdog_test
