// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <system_error>
#include <thread>

#include "support/child_process.hpp"
#include "support/deadline.hpp"

// glibc's atexit() holds a lock. Who is forked meanwhile has it, held by nobody: whatever starts there has to end.
namespace multiprocessing::tests::exit_lock_test {
namespace {

using namespace std::chrono_literals;

int twice(int number) { return 2 * number; }

// In a child: its handlers are never run.
ChildResult while_handlers_are_registered(const std::function<void()>& body) {
  return run_in_child(
      [&] {
        std::atomic<bool> enough = false;
        std::thread registering([&] {
          while (!enough) std::atexit([] {});
        });
        body();
        enough = true;
        registering.join();
      },
      60s * patience);
}

TEST(ForkWhileHandlersAreRegistered, OfAProcessEndsAndSaysWhy) {
  const ChildResult program = while_handlers_are_registered([] {
    for (int i = 0; i != 5; ++i) {
      Process process([] {});
      process.start();
      if (!process.join(30s * patience)) {
        ADD_FAILURE() << "it hangs";
        process.kill();
      }
      EXPECT_TRUE(process.exitcode() == 0 || process.exitcode() == 1);
    }
  });
  EXPECT_EQ(program.exit_code, 0) << program;
}

TEST(ForkWhileHandlersAreRegistered, OfAPoolWorksOrIsAnError) {
  const ChildResult program = while_handlers_are_registered([] {
    for (const StartMethod method : {StartMethod::forkserver, StartMethod::fork}) {
      try {
        Pool pool({.processes = 1, .start_method = method});
        EXPECT_EQ(pool.apply(&twice, 21), 42);
      } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::resource_deadlock_would_occur);
      } catch (const BrokenPool&) {
      }
    }
  });
  EXPECT_EQ(program.exit_code, 0) << program;
}

}  // namespace
}  // namespace multiprocessing::tests::exit_lock_test
