// SPDX-License-Identifier: MIT
#include <multiprocessing/queue.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"

namespace multiprocessing::tests::queue_deaths_test {
namespace {

using namespace std::chrono_literals;

bool sleeps(const ChildProcess& child) {
  // Hundreds of megabytes may have to be made and copied before.
  return eventually([&] { return describe_process(child.pid()).find(", S)") != std::string::npos; },
                    default_deadline / 2);
}
void kill_and_reap(ChildProcess& child) {
  child.kill(SIGKILL);
  EXPECT_EQ(child.wait().signal, SIGKILL);
}

TEST(QueueDeaths, AGetterThatIsKilledWhileItWaitsIsNotMissed) {
  Queue<int> queue;
  ChildProcess killed([&] { queue.get(); });
  ASSERT_TRUE(sleeps(killed));
  ChildProcess behind_it([&] { EXPECT_EQ(queue.get(), 1); });
  ASSERT_TRUE(sleeps(behind_it));
  kill_and_reap(killed);
  queue.put(1);
  EXPECT_EQ(behind_it.wait().exit_code, 0);
  EXPECT_THROW(queue.get_nowait(), Empty);
}

TEST(QueueDeaths, APutterThatIsKilledWhileItWaitsForRoomIsNotMissed) {
  Queue<int> queue(1);
  queue.put(1);
  ChildProcess killed([&] { queue.put(2); });
  ASSERT_TRUE(sleeps(killed));
  ChildProcess behind_it([&] { queue.put(3); });
  ASSERT_TRUE(sleeps(behind_it));
  kill_and_reap(killed);
  EXPECT_EQ(queue.get(), 1);
  EXPECT_EQ(queue.get(), 3);
  EXPECT_EQ(behind_it.wait().exit_code, 0);
}

// What is larger than a queue holds is streamed from process to process.
TEST(QueueDeaths, AGetterOfAMessageInTheMiddleOfWhichThePutterIsKilledGoesOn) {
  Queue<std::vector<char>> queue;
  ChildProcess putter([&] { queue.put(std::vector<char>(std::size_t{300} << 20)); });
  ASSERT_TRUE(sleeps(putter));
  putter.kill(SIGSTOP);
  ChildProcess getter([&] { EXPECT_EQ(queue.get(), std::vector<char>(3)); });
  ASSERT_TRUE(sleeps(getter));
  kill_and_reap(putter);
  queue.put(std::vector<char>(3));
  EXPECT_EQ(getter.wait().exit_code, 0);
}

TEST(QueueDeaths, APutterOfAMessageInTheMiddleOfWhichTheGetterIsKilledGoesOn) {
  Queue<std::vector<char>> queue;
  ChildProcess putter([&] {
    queue.put(std::vector<char>(std::size_t{300} << 20));
    queue.put(std::vector<char>(3));
  });
  ASSERT_TRUE(sleeps(putter));
  putter.kill(SIGSTOP);
  ChildProcess getter([&] { queue.get(); });
  ASSERT_TRUE(sleeps(getter));
  kill_and_reap(getter);
  putter.kill(SIGCONT);
  EXPECT_EQ(queue.get(), std::vector<char>(3));
  EXPECT_EQ(putter.wait().exit_code, 0);
}

TEST(QueueDeaths, TheQueueIsThereWithoutTheProcessThatMadeIt) {
  Queue<std::string> results;
  ChildProcess maker([&] {
    Queue<std::string> queue;
    queue.put("hello");
    if (fork() == 0) {
      results.put(queue.get());
      _exit(0);
    }
    _exit(0);
  });
  EXPECT_EQ(maker.wait().exit_code, 0);
  EXPECT_EQ(results.get(), "hello");
}

}  // namespace
}  // namespace multiprocessing::tests::queue_deaths_test
