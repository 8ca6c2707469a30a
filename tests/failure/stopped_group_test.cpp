// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::stopped_group_test {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds timeout = 500ms * patience;

struct Meeting {
  Event begun;
  std::atomic<bool> may_end;
};
Meeting* meeting = nullptr;

bool is_stopped(pid_t pid) { return describe_process(pid).find(", T)") != std::string::npos; }

// The program with a pool is a process group of its own, as a shell makes it, and is stopped as by the terminal.
class StoppedGroup : public ::testing::TestWithParam<int> {
 protected:
  StoppedGroup() { meeting = meeting_.get(); }
  static void stop_for(const ChildProcess& program, std::chrono::milliseconds duration) {
    ::kill(-program.pid(), GetParam());
    ASSERT_TRUE(eventually([&] {
      if (!is_stopped(program.pid())) return false;
      for (const pid_t server : children_of(program.pid())) {
        if (!is_stopped(server)) return false;
        for (const pid_t worker : children_of(server)) {
          if (!is_stopped(worker)) return false;
        }
      }
      return true;
    }));
    std::this_thread::sleep_for(duration);  // this is what is tested, not a wait for something
    ::kill(-program.pid(), SIGCONT);
  }

 private:
  Shared<Meeting> meeting_;
};

TEST_P(StoppedGroup, CostsNoItemTheTimeThatItWasStopped) {
  ChildProcess program([] {
    setpgid(0, 0);
    Pool pool(2);
    const auto work = [] {
      meeting->begun.happen();
      while (!meeting->may_end) std::this_thread::sleep_for(1ms);
      return 7;
    };
    EXPECT_EQ(pool.with({.timeout = timeout}).apply(work), 7);
    EXPECT_THROW(pool.with({.timeout = 50ms}).apply([] {
      while (true) pause();
    }),
                 DeadlineExceeded)
        << "the next one is timed again";
  });
  meeting->begun.wait();
  stop_for(program, timeout * 3 / 2);
  std::this_thread::sleep_for(timeout / 3);  // that long the item still works
  meeting->may_end = true;
  const ChildResult result = program.wait();
  EXPECT_EQ(result.exit_code, 0) << result;
}

TEST_P(StoppedGroup, CostsNoInitializerTheTimeThatItWasStopped) {
  ChildProcess program([] {
    setpgid(0, 0);
    const auto work = [] {
      meeting->begun.happen();
      while (!meeting->may_end) std::this_thread::sleep_for(1ms);
    };
    Pool pool({.processes = 1, .initializer = work, .initializer_timeout = timeout});
    EXPECT_EQ(pool.apply([] { return 7; }), 7);
  });
  meeting->begun.wait();
  stop_for(program, timeout * 3 / 2);
  std::this_thread::sleep_for(timeout / 3);
  meeting->may_end = true;
  const ChildResult result = program.wait();
  EXPECT_EQ(result.exit_code, 0) << result;
}

INSTANTIATE_TEST_SUITE_P(By, StoppedGroup, ::testing::Values(SIGTSTP, SIGSTOP),
                         [](const auto& parameter) { return parameter.param == SIGTSTP ? "SIGTSTP" : "SIGSTOP"; });

}  // namespace
}  // namespace multiprocessing::tests::stopped_group_test
