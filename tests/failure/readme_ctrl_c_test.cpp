// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/child_process.hpp"
#include "support/deadline.hpp"

namespace multiprocessing::tests::readme_ctrl_c_test {
namespace {

// What comes out of a pipe, as it comes.
class Output {
 public:
  Output() {
    if (pipe(fds_) != 0) throw std::runtime_error("no pipe");
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() {
    close(fds_[0]);
    if (fds_[1] >= 0) close(fds_[1]);
  }
  void become_standard_output() const {
    dup2(fds_[1], STDOUT_FILENO);
    close(fds_[0]);
    close(fds_[1]);
  }
  void belongs_to_child() { close(std::exchange(fds_[1], -1)); }
  bool read_more(std::string& text) const {  // false at the end, and if nothing comes in time
    char part[4096];
    pollfd readable{fds_[0], POLLIN, 0};
    if (poll(&readable, 1, 20'000 * patience) <= 0) return false;
    const ssize_t count = read(fds_[0], part, sizeof part);
    if (count > 0) text.append(part, static_cast<std::size_t>(count));
    return count > 0;
  }

 private:
  int fds_[2] = {-1, -1};
};

// The program of the guide (include/multiprocessing/README.md), as the terminal interrupts it: with its whole process
// group.
TEST(ReadmeCtrlC, EndsInOrderWithWhatIsFinished) {
  Output output;
  ChildProcess program([&] {
    setpgid(0, 0);
    ::signal(SIGINT, SIG_DFL);
    output.become_standard_output();
    execl(CTRL_C_PROGRAM, CTRL_C_PROGRAM, nullptr);
    throw std::runtime_error("cannot run " CTRL_C_PROGRAM);
  });
  output.belongs_to_child();
  std::string text;
  while (text.find('\n') == std::string::npos) ASSERT_TRUE(output.read_more(text)) << text;

  ::kill(-program.pid(), SIGINT);
  while (output.read_more(text)) {
  }

  const ChildResult result = program.wait();
  EXPECT_EQ(result.exit_code, 130) << result;
  EXPECT_EQ(result.standard_error, "");
  EXPECT_TRUE(text.ends_with("is done\ninterrupted\n")) << text;
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 100) << text;
}

}  // namespace
}  // namespace multiprocessing::tests::readme_ctrl_c_test
