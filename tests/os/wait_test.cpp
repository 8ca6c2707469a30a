// SPDX-License-Identifier: MIT
#include "os/wait.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <system_error>
#include <vector>

#include "os/event_fd.hpp"
#include "support/child_process.hpp"
#include "support/deadline.hpp"

namespace multiprocessing::detail::wait_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(EventFd, IsReadableFromARingUntilItIsDrained) {
  const EventFd bell;
  const std::array<int, 1> fds{bell.fd()};
  EXPECT_FALSE(wait_readable(fds, Clock::now()));

  bell.ring();
  bell.ring();
  EXPECT_TRUE(wait_readable(fds, never));

  bell.drain();
  bell.drain();
  EXPECT_FALSE(wait_readable(fds, Clock::now()));
}

TEST(EventFd, WakesTheParentOfWhoRings) {
  const EventFd bell;
  const tests::ChildProcess child([&] { bell.ring(); });
  const std::array<int, 1> fds{bell.fd()};
  EXPECT_TRUE(wait_readable(fds, deadline_after(seconds(10 * tests::patience))));
}

TEST(EventFd, SaysWhenItIsNoBellAnyMore) {
  const EventFd bell;
  EXPECT_TRUE(EventFd::ring(bell.fd()));
  const std::uint64_t almost_full = ~std::uint64_t{0} - 1;
  bell.drain();
  ASSERT_EQ(::write(bell.fd(), &almost_full, sizeof almost_full), ssize_t{sizeof almost_full});
  EXPECT_TRUE(EventFd::ring(bell.fd()));  // it rings already

  EXPECT_FALSE(EventFd::ring(-1));
}

TEST(EventFd, RingsAfterItWasMovedUp) {
  const tests::ChildResult child = tests::run_in_child([] {  // which the move does not leave without its descriptor
    const EventFd bell;
    const int moved = EventFd::move_up(::dup(bell.fd()));
    EXPECT_GT(moved, 40);
    EventFd::ring(moved);
    EXPECT_TRUE(wait_readable(std::array{bell.fd()}, Clock::now()));

    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 30;
    setrlimit(RLIMIT_NOFILE, &limit);
    EXPECT_EQ(EventFd::move_up(bell.fd()), bell.fd());
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(WaitReadable, TakesManyDescriptorsAndSkipsNegativeOnes) {
  const EventFd silent;
  const EventFd loud;
  loud.ring();
  std::vector<int> fds(50, -1);
  fds[20] = silent.fd();
  EXPECT_FALSE(wait_readable(fds, deadline_after(milliseconds(1))));
  fds[49] = loud.fd();
  EXPECT_TRUE(wait_readable(fds, never));
}

TEST(WaitReadable, WaitsForItsDeadlineThroughSignals) {
  const tests::ChildResult child = tests::run_in_child([] {
    ::signal(SIGALRM, [](int) {});
    const itimerval often{.it_interval = {.tv_sec = 0, .tv_usec = 5'000}, .it_value = {.tv_sec = 0, .tv_usec = 5'000}};
    ASSERT_EQ(::setitimer(ITIMER_REAL, &often, nullptr), 0);
    const Deadline deadline = deadline_after(milliseconds(40));

    EXPECT_FALSE(wait_readable({}, deadline));

    EXPECT_GE(Clock::now(), deadline);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(WaitReadable, RefusesADescriptorThatIsNotOpen) {
  const std::array<int, 1> fds{987'654};
  EXPECT_THROW(wait_readable(fds, never), std::system_error);
}

}  // namespace
}  // namespace multiprocessing::detail::wait_test
