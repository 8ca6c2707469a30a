// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "process/served_workers.hpp"
#include "process/worker_life.hpp"
#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"

// Programs that do unusual things around a fork server.
namespace multiprocessing::tests::program_surroundings_test {
namespace {

using std::chrono::seconds;

TEST(ProgramOfForkServer, MayReapTheServerItself) {
  const ChildResult child = run_in_child([] {
    ServedWorkers workers(1, idle);
    workers.start();
    workers.server().order_quit();

    EXPECT_EQ(waitpid(-1, nullptr, 0), workers.server().pid());

    EXPECT_TRUE(workers.server().wait_until_gone(detail::deadline_after(seconds{1})));
    workers.server().order_fork(0);
    workers.server().kill();
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(ProgramOfForkServer, MayIgnoreItsChildren) {
  for (const int flags : {0, SA_NOCLDWAIT}) {
    const ChildResult child = run_in_child([flags] {
      struct sigaction ignore {};
      ignore.sa_handler = flags == 0 ? SIG_IGN : SIG_DFL;
      ignore.sa_flags = flags;
      ASSERT_EQ(sigaction(SIGCHLD, &ignore, nullptr), 0);
      ServedWorkers workers(1, [](int) { detail::leave_worker(WEXITSTATUS(std::system("exit 9"))); });

      workers.start();

      EXPECT_EQ(WEXITSTATUS(workers.status_of_ended()), 9);
      EXPECT_TRUE(workers.quit_within(seconds{1 * patience}));
    });
    EXPECT_EQ(child.exit_code, 0) << child;
  }
}

TEST(ProgramOfForkServer, MayHaveNoStandardDescriptors) {
  const ChildResult child = run_in_child([] {
    for (const int fd : {0, 1, 2}) close(fd);
    ServedWorkers workers(1, [](int) {
      char byte = 0;
      const bool stdin_is_empty = read(0, &byte, 1) == 0;
      detail::leave_worker(stdin_is_empty && fcntl(1, F_GETFD) < 0 && fcntl(2, F_GETFD) < 0 ? 5 : 6);
    });
    EXPECT_TRUE(fcntl(0, F_GETFD) < 0 && fcntl(1, F_GETFD) < 0 && fcntl(2, F_GETFD) < 0);

    workers.start();

    EXPECT_EQ(WEXITSTATUS(workers.status_of_ended()), 5);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(ProgramOfForkServer, MayHaveAllSignalsBlocked) {
  const ChildResult child = run_in_child([] {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, nullptr);
    ServedWorkers workers(1, idle);
    workers.start();

    workers.server().order_signal(0, SIGTERM);

    EXPECT_EQ(WTERMSIG(workers.status_of_ended()), SIGTERM);
    sigset_t still;
    sigprocmask(SIG_SETMASK, nullptr, &still);
    EXPECT_EQ(sigismember(&still, SIGUSR1), 1);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(ProgramOfForkServer, MayForkWhileItHasOne) {
  ServedWorkers workers(1, idle);
  const pid_t worker = workers.start();

  // This child destroys its copy of the server's handle, too, and makes and destroys a server of its own before.
  const ChildResult child = run_in_child([&] {
    {
      ServedWorkers own(1, idle);
      own.start();
      workers.server().~ForkServer();
      EXPECT_TRUE(is_alive(own.server().pid()));
      own.server().order_signal(0, SIGTERM);
      EXPECT_EQ(WTERMSIG(own.status_of_ended()), SIGTERM);
    }
  });

  EXPECT_EQ(child.exit_code, 0) << child;
  EXPECT_TRUE(is_alive(worker));
  workers.server().order_signal(0, SIGTERM);
  EXPECT_EQ(WTERMSIG(workers.status_of_ended()), SIGTERM);
}

TEST(ProgramOfForkServer, MayHaveSeveralServersAtOnce) {
  const ChildResult child = run_in_child([] {
    ServedWorkers first(1, idle);
    ServedWorkers second(1, idle);
    first.start();
    second.start();

    EXPECT_TRUE(first.quit_within(seconds{1 * patience}));

    second.server().order_signal(0, SIGTERM);
    EXPECT_EQ(WTERMSIG(second.status_of_ended()), SIGTERM);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

}  // namespace
}  // namespace multiprocessing::tests::program_surroundings_test
