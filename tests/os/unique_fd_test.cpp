// SPDX-License-Identifier: MIT
#include "os/unique_fd.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
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

TEST(OwnFd, ThatTheProgramHasClosedIsNotTakenForTheFileThatHasItsNumber) {
  std::optional<UniqueFd> ours = open_null();
  const int number = ours->get();
  EXPECT_TRUE(ours->is_ours());
  ::close(number);
  EXPECT_FALSE(ours->is_ours());

  ASSERT_EQ(::open("/dev/null", O_RDONLY | O_CLOEXEC), number);
  EXPECT_FALSE(ours->is_ours());
  ours.reset();
  EXPECT_TRUE(is_open(number));

  // Nor for a later one of ours.
  ::close(number);
  UniqueFd old = open_null();
  ::close(old.get());
  const UniqueFd later = open_null();
  ASSERT_EQ(later.get(), old.get());
  old.reset();
  EXPECT_TRUE(is_open(later.get()));
}

TEST(EventFd, ThatTheProgramHasClosedIsNotRung) {
  const EventFd bell;
  EXPECT_TRUE(bell.ring());
  const UniqueFd file(::memfd_create("own", MFD_CLOEXEC));
  ASSERT_EQ(::dup2(file.get(), bell.fd()), bell.fd());
  EXPECT_FALSE(bell.ring());
  EXPECT_EQ(::lseek(file.get(), 0, SEEK_END), 0);
  ::close(bell.fd());
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
