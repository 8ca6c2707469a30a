// SPDX-License-Identifier: MIT
#include <multiprocessing/event.hpp>

#include <gtest/gtest.h>
#include <signal.h>

#include <deque>
#include <string>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"

namespace multiprocessing::tests::event_test {
namespace {

using namespace std::chrono_literals;
using Flag = multiprocessing::Event;

TEST(Event, IsSetUntilItIsCleared) {
  Flag flag;
  EXPECT_FALSE(flag.is_set());
  EXPECT_FALSE(flag.wait(5ms));
  flag.set();
  flag.set();
  EXPECT_TRUE(flag.is_set());
  flag.wait();
  EXPECT_TRUE(flag.wait(-1s));
  flag.clear();
  flag.clear();
  EXPECT_FALSE(flag.is_set());
  EXPECT_FALSE(flag.wait(-1s));
}

TEST(Event, LetsAllProcessesGoOn) {
  Flag flag;
  std::deque<ChildProcess> children;
  for (int child = 0; child != 3; ++child) {
    children.emplace_back([&] { ASSERT_TRUE(flag.wait(std::chrono::hours::max())); });
  }
  flag.set();
  for (ChildProcess& child : children) EXPECT_EQ(child.wait().exit_code, 0);
}

bool sleeps(pid_t pid) { return describe_process(pid).find(", S)") != std::string::npos; }
bool is_stopped(pid_t pid) { return describe_process(pid).find(", T)") != std::string::npos; }

// It is stopped meanwhile: when it looks, the flag is not set any more.
TEST(Event, ThatIsClearedAtOnceIsSeenByThoseThatWait) {
  Flag flag;
  ChildProcess child([&] { flag.wait(); });
  ASSERT_TRUE(eventually([&] { return sleeps(child.pid()); }));
  child.kill(SIGSTOP);
  ASSERT_TRUE(eventually([&] { return is_stopped(child.pid()); }));
  flag.set();
  flag.clear();
  child.kill(SIGCONT);
  EXPECT_EQ(child.wait().exit_code, 0);
}

}  // namespace
}  // namespace multiprocessing::tests::event_test
