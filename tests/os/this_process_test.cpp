// SPDX-License-Identifier: MIT
#include "os/this_process.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/child_process.hpp"

namespace multiprocessing::detail::this_process_test {
namespace {

TEST(DieWithParent, EndsAChildWhoseParentHasEndedAlready) {
  const pid_t parent = ::getpid();
  const tests::ChildResult child = tests::run_in_child([&] {
    const pid_t grandchild = ::fork();
    if (grandchild == 0) {
      // Its parent is not the one that it should have, as after the end of that.
      die_with_parent(parent);
      leave_process(0);
    }
    int status = 0;
    ::waitpid(grandchild, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(DieWithParent, LetsAChildLiveWhoseParentLives) {
  const pid_t parent = ::getpid();
  const tests::ChildResult child = tests::run_in_child([&] { die_with_parent(parent); });
  EXPECT_EQ(child.exit_code, 0) << child;
}

}  // namespace
}  // namespace multiprocessing::detail::this_process_test
