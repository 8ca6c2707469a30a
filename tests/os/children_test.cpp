// SPDX-License-Identifier: MIT
#include "os/children.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include "os/pidfd.hpp"
#include "os/wait.hpp"
#include "support/child_process.hpp"
#include "support/deadline.hpp"

namespace multiprocessing::detail::children_test {
namespace {

// More than one piece of the list of /proc.
TEST(Children, AreAllListed) {
  const tests::ChildResult child = tests::run_in_child([] {
    EXPECT_FALSE(Children().next());
    std::vector<pid_t> expected;
    for (int i = 0; i != 200; ++i) {
      expected.push_back(::fork());
      if (expected.back() == 0) {
        for (;;) ::pause();
      }
    }

    std::vector<pid_t> listed;
    for (Children children; const auto pid = children.next();) listed.push_back(*pid);

    for (const pid_t pid : expected) ::kill(pid, SIGKILL);
    std::ranges::sort(listed);
    std::ranges::sort(expected);
    EXPECT_EQ(listed, expected);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(Pidfd, SaysHowAChildEndedToWhoReapsItAndOnlyToThat) {
  const auto end_of = [](void (*body)()) {
    const pid_t pid = ::fork();
    if (pid == 0) body();
    const UniqueFd pidfd = open_pidfd(pid);
    const std::array<int, 1> fds{pidfd.get()};
    wait_readable(fds, never);
    const ChildState first = reap_pidfd(pidfd.get());
    const ChildState second = reap_pidfd(pidfd.get());
    EXPECT_TRUE(first.has_ended);
    EXPECT_TRUE(second.has_ended);
    EXPECT_FALSE(second.exitcode);
    return first.exitcode;
  };

  EXPECT_EQ(end_of([] { ::_exit(7); }), 7);
  EXPECT_EQ(end_of([] { ::raise(SIGKILL); }), -SIGKILL);
}

TEST(Pidfd, IsReadableOnceTheProcessHasEndedAlsoIfItWasReaped) {
  tests::ChildProcess child([] { ::pause(); });
  const UniqueFd pidfd = open_pidfd(child.pid());
  const std::array<int, 1> fds{pidfd.get()};
  EXPECT_FALSE(wait_readable(fds, Clock::now()));
  EXPECT_FALSE(reap_pidfd(pidfd.get()).has_ended);

  EXPECT_TRUE(signal_pidfd(pidfd.get(), SIGTERM));

  EXPECT_TRUE(wait_readable(fds, deadline_after(std::chrono::seconds(5 * tests::patience))));
  EXPECT_EQ(child.wait().signal, SIGTERM);
  EXPECT_TRUE(wait_readable(fds, Clock::now()));
  reap_pidfd(pidfd.get());
}

}  // namespace
}  // namespace multiprocessing::detail::children_test
