// SPDX-License-Identifier: MIT
#include "support/init_process.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "support/processes.hpp"

namespace multiprocessing::tests {
namespace {

// Whoever is killed here leaves its own children to this process: none is left when there is nobody to wait for.
void end_orphans() {
  do {
    for (const pid_t pid : children_of(getpid())) kill(pid, SIGKILL);
  } while (waitpid(-1, nullptr, 0) > 0 || errno == EINTR);
}

[[noreturn]] void end_as(int status) {
  end_orphans();
  if (WIFSIGNALED(status)) {
    const rlimit no_core{0, 0};  // there is one already, of the process that matters
    setrlimit(RLIMIT_CORE, &no_core);
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
  }
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
}

// A test that looks for files that it has left sees none of the tests that run beside it. Only root may do this.
void mount_own_shared_memory() {
  if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return;
  mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
}

}  // namespace

void run_below_own_init() {
  signal(SIGCHLD, SIG_DFL);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const pid_t self = getpid();
  const pid_t tests = fork();
  if (tests < 0) {
    std::perror("fork");
    std::exit(EXIT_FAILURE);
  }
  if (tests == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // when the runner kills the first process, all of it ends
    if (getppid() != self) _exit(EXIT_FAILURE);
    mount_own_shared_memory();
    return;
  }
  signal(SIGINT, SIG_IGN);  // the tests decide; this process follows
  for (;;) {
    int status = 0;
    const pid_t ended = waitpid(-1, &status, 0);
    if (ended == tests) end_as(status);
    if (ended < 0 && errno != EINTR) _exit(EXIT_FAILURE);
  }
}

}  // namespace multiprocessing::tests
