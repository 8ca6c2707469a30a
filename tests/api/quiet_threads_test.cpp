// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "support/deadline.hpp"

namespace multiprocessing::tests::quiet_threads_test {
namespace {

using namespace std::chrono_literals;

int same(int value) { return value; }

// How often the other threads of this process went to sleep so far.
long sleeps_of_others() {
  const std::string label = "voluntary_ctxt_switches:";
  long sleeps = 0;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    if (thread.path().filename() == std::to_string(::gettid())) continue;
    std::ifstream status(thread.path() / "status");
    for (std::string word; status >> word;) {
      long count = 0;
      if (word == label && status >> count) sleeps += count;
    }
  }
  return sleeps;
}

TEST(Pool, CallsThatWaitWakeNoOtherThreadAfterAnAsynchronousOne) {
  set_deadline(30s * patience);
  Pool pool(1);
  pool.apply_async(same, 1).get();
  for (int call = 0; call != 100; ++call) pool.apply(same, call);
  const long before = sleeps_of_others();
  for (int call = 0; call != 1000; ++call) pool.apply(same, call);
  EXPECT_LT(sleeps_of_others() - before, 50);
}

}  // namespace
}  // namespace multiprocessing::tests::quiet_threads_test
