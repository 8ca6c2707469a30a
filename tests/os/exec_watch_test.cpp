// SPDX-License-Identifier: MIT
#include "os/exec_watch.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "os/signals.hpp"
#include "os/wait.hpp"
#include "support/child_process.hpp"
#include "support/deadline.hpp"

namespace multiprocessing::detail::exec_watch_test {
namespace {

bool is_over(const UniqueFd& far_end, Deadline deadline = Clock::now()) {
  const std::array<int, 1> fds{far_end.get()};
  return wait_readable(fds, deadline);
}

Deadline soon() { return deadline_after(std::chrono::seconds(5 * tests::patience)); }

TEST(ExecWatch, IsQuietUntilItIsDestroyedWhateverIsForked) {
  auto watch = std::make_unique<ExecWatch>();
  const UniqueFd far_end = watch->take_far_end();
  const tests::ChildProcess child([] { ::pause(); });
  EXPECT_FALSE(is_over(far_end));

  watch.reset();

  EXPECT_TRUE(is_over(far_end, soon()));
}

TEST(ExecWatch, LetsAChildGoWhichEndsIfTheNearEndIsClosedFirst) {
  for (const bool lets_go : {true, false}) {
    ExecWatch watch;
    tests::ChildProcess child([&] { ::_exit(wait_to_be_let_go(watch.take_far_end().release().number) ? 3 : 4); });
    lets_go ? watch.let_go() : watch.cut();
    EXPECT_EQ(child.wait().exit_code, lets_go ? 3 : 4);
  }
}

TEST(ExecWatch, OfTheParentIsUntouchedByItsDestructorInAChild) {
  auto watch = std::make_unique<ExecWatch>();
  const UniqueFd far_end = watch->take_far_end();

  const tests::ChildResult child = tests::run_in_child([&] {
    ExecWatch own;
    const UniqueFd own_far_end = own.take_far_end();
    watch.reset();
    EXPECT_FALSE(is_over(own_far_end));
  });

  EXPECT_EQ(child.exit_code, 0) << child;
  EXPECT_FALSE(is_over(far_end));
}

TEST(ExecWatch, IsSeenByNoChildThatAnotherThreadForksMeanwhile) {
  const tests::ChildResult child = tests::run_in_child([] {
    std::atomic<int> forks = 0;
    std::mutex no_fork;
    std::vector<pid_t> children;
    std::thread forker([&] {
      while (forks < 300) {
        const std::lock_guard lock(no_fork);
        const pid_t pid = ::fork();
        if (pid == 0) {
          for (;;) ::pause();
        }
        children.push_back(pid);
        ++forks;
      }
    });
    int heard = 0;
    int made = 0;
    for (; forks < 300; ++made) {
      auto watch = std::make_unique<ExecWatch>();
      const UniqueFd far_end = watch->take_far_end();
      {
        // At its end, other than at its making, a copy does no harm: nothing is watched any more.
        const std::lock_guard lock(no_fork);
        watch.reset();
      }
      // A child that was just forked may still have to close its copy.
      if (is_over(far_end, soon())) ++heard;
    }
    forker.join();
    for (const pid_t pid : children) ::kill(pid, SIGKILL);
    EXPECT_GT(made, 0);
    EXPECT_EQ(heard, made);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(DieWithNearEnd, KillsWhoHoldsTheFarEndWhenTheNearOneCloses) {
  auto watch = std::make_unique<ExecWatch>();
  tests::ChildProcess child([&] {
    const SignalsBlocked blocked;  // SIGKILL is not
    const UniqueFd far_end = watch->take_far_end();
    EXPECT_TRUE(die_with_near_end(far_end.get()));
    ::kill(::getpid(), SIGSTOP);
    for (;;) ::pause();
  });
  watch->take_far_end();
  ASSERT_EQ(::waitpid(child.pid(), nullptr, WUNTRACED), child.pid());
  const tests::ChildProcess sibling([] { ::pause(); });

  watch.reset();

  EXPECT_EQ(child.wait().signal, SIGKILL);
}

TEST(DieWithNearEnd, KillsAtOnceIfThatHasClosedAlready) {
  const tests::ChildResult child = tests::run_in_child([] {
    auto watch = std::make_unique<ExecWatch>();
    const UniqueFd far_end = watch->take_far_end();
    watch.reset();
    die_with_near_end(far_end.get());
  });

  EXPECT_EQ(child.signal, SIGKILL) << child;
}

}  // namespace
}  // namespace multiprocessing::detail::exec_watch_test
