// SPDX-License-Identifier: MIT
#include "support/deadline.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

namespace multiprocessing::tests {
namespace {

// Written before the timer is set, read by its handler.
char message[512];

void set_alarm(const std::string& who, std::chrono::seconds from_now) {
  alarm(0);
  const std::string text = "\n" + who + " has hung for " + std::to_string(from_now.count()) + " s: aborted\n";
  std::strncpy(message, text.c_str(), sizeof message - 1);
  alarm(static_cast<unsigned>(from_now.count()));
}

void abort_with_message(int) {
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, message, std::strlen(message));
  std::abort();
}

class Watchdog : public ::testing::EmptyTestEventListener {
  void OnTestStart(const ::testing::TestInfo&) override { set_deadline(default_deadline); }
  void OnTestEnd(const ::testing::TestInfo&) override {
    set_alarm("what follows the last test", default_deadline);
    signal(SIGALRM, abort_with_message);  // the test may have taken it away
  }
};

}  // namespace

void start_watchdog() {
  signal(SIGALRM, abort_with_message);
  ::testing::UnitTest::GetInstance()->listeners().Append(new Watchdog);
}

void set_deadline(std::chrono::seconds from_now) {
  const ::testing::TestInfo* test = ::testing::UnitTest::GetInstance()->current_test_info();
  set_alarm(test ? std::string(test->test_suite_name()) + "." + test->name() : "a test", from_now);
}

bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace multiprocessing::tests
