// SPDX-License-Identifier: MIT
#include "os/unique_fd.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "os/event_fd.hpp"
#include "support/child_process.hpp"

namespace multiprocessing::detail::unique_fd_test {
namespace {

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

UniqueFd open_null() { return own_fd(::open("/dev/null", O_RDONLY | O_CLOEXEC), "cannot open"); }

TEST(UniqueFd, ClosesWhatItOwnsOnce) {
  int raw = -1;
  {
    UniqueFd first = open_null();
    raw = first.get();
    UniqueFd second = std::move(first);
    EXPECT_FALSE(first);
    EXPECT_EQ(second.get(), raw);
    first = std::move(second);
    EXPECT_TRUE(is_open(raw));
  }
  EXPECT_FALSE(is_open(raw));
}

TEST(UniqueFd, ReleaseGivesItAway) {
  UniqueFd fd = open_null();
  UniqueFd other(fd.release());
  EXPECT_FALSE(fd);
  other.reset();
  EXPECT_FALSE(other);
}

TEST(OwnFd, IsAtLeastThreeAndCloseOnExecWhereStdinIsClosed) {
  const tests::ChildResult child = tests::run_in_child([] {
    ::close(STDIN_FILENO);
    const UniqueFd fd = open_null();
    EXPECT_GE(fd.get(), 3);
    EXPECT_EQ(::fcntl(fd.get(), F_GETFD), FD_CLOEXEC);
    EXPECT_FALSE(is_open(STDIN_FILENO));
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(OwnFd, SaysWhatFailed) {
  errno = EMFILE;
  try {
    own_fd(-1, "cannot make a thing");
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), EMFILE);
    EXPECT_NE(std::string(error.what()).find("cannot make a thing"), std::string::npos);
  }
}

}  // namespace
}  // namespace multiprocessing::detail::unique_fd_test
