// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <ostream>
#include <string>

#include "support/deadline.hpp"

namespace multiprocessing::tests {

// How a child ended, and what it and its own children wrote until then.
struct ChildResult {
  pid_t pid = 0;
  std::optional<int> exit_code = {};
  std::optional<int> signal = {};
  bool timed_out = false;  // it was still running at its deadline, and was killed
  std::string standard_output = {};
  std::string standard_error = {};
  std::chrono::nanoseconds took{};
};
std::ostream& operator<<(std::ostream& stream, const ChildResult& result);

// Runs `body` in a forked child and waits for its end. The child leaves by _exit: with 0 after `body`, with 97 (and the
// text on stderr) if it throws, with 98 if a GoogleTest expectation failed in it, which fails the calling test as well.
ChildResult run_in_child(const std::function<void()>& body,
                         std::chrono::milliseconds deadline = std::chrono::seconds{20 * patience});

// The same in two steps, for a test that acts while the child runs (kill it, look at its children).
// The destructor kills and reaps the child if wait() has not.
class ChildProcess {
 public:
  explicit ChildProcess(const std::function<void()>& body);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();
  pid_t pid() const { return result_.pid; }
  void kill(int signal) const;
  ChildResult wait(std::chrono::milliseconds deadline = std::chrono::seconds{20 * patience});

 private:
  void reap();

  ChildResult result_;
  std::chrono::steady_clock::time_point started_;
  int output_fd_ = -1;
  int error_fd_ = -1;
  bool reaped_ = false;
};

}  // namespace multiprocessing::tests
