// SPDX-License-Identifier: MIT
#include "process/worker_life.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <new>
#include <string>

#include "process/served_workers.hpp"
#include "shm/mapping.hpp"
#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"

namespace multiprocessing::tests::worker_life_test {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

int status_of_worker_that(const std::function<void()>& does) {
  ServedWorkers workers(1, [&](int) { does(); });
  workers.start();
  return workers.status_of_ended();
}

bool holds_in_a_worker(const std::function<bool()>& fact) {
  return WEXITSTATUS(status_of_worker_that([&] { detail::leave_worker(fact() ? 5 : 6); })) == 5;
}

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::ptrdiff_t number_of_descriptors() {
  return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator{});
}

TEST(Worker, IsNamedInThePicture) {
  ServedWorkers workers(4, idle);
  const pid_t pid = workers.start(3);

  EXPECT_TRUE(eventually([&] { return first_line("/proc/" + std::to_string(pid) + "/comm") == "mp-worker-3"; }));
  EXPECT_EQ(first_line("/proc/" + std::to_string(workers.server().pid()) + "/comm"), "mp-forkserver");
}

TEST(Worker, HasTheDescriptorsOfTheProgramAndItsBell) {
  const std::ptrdiff_t before = number_of_descriptors();
  EXPECT_TRUE(holds_in_a_worker([&] { return number_of_descriptors() == before + 1; }));
}

TEST(Worker, DoesNotMapTheLedger) {
  EXPECT_TRUE(holds_in_a_worker([] {
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
      if (line.find(" rw-s ") != std::string::npos) return false;
    }
    return true;
  }));
}

TEST(Worker, ReadsNothingOfTheProgramsInput) {
  const ChildResult child = run_in_child([] {
    ASSERT_NE(std::freopen("/proc/self/stat", "r", stdin), nullptr);
    ASSERT_NE(std::getchar(), EOF);  // and much more is read ahead
    EXPECT_TRUE(holds_in_a_worker([] { return std::getchar() == EOF; }));
    EXPECT_NE(std::getchar(), EOF);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(Worker, RaisesItsOutOfMemoryScore) {
  const int before = std::stoi(first_line("/proc/self/oom_score_adj"));
  EXPECT_TRUE(holds_in_a_worker(
      [&] { return std::stoi(first_line("/proc/self/oom_score_adj")) == std::min(before + 500, 1000); }));
}

TEST(Worker, HasNoHandlersOfTheProgramAndSurvivesInterrupts) {
  const ChildResult child = run_in_child([] {
    signal(SIGUSR1, [](int) {});
    signal(SIGTERM, [](int) {});
    signal(SIGPIPE, SIG_IGN);
    EXPECT_TRUE(holds_in_a_worker([] {
      raise(SIGINT);
      // What a program that the worker starts would get.
      struct sigaction interrupt {};
      sigaction(SIGINT, nullptr, &interrupt);
      return interrupt.sa_handler != SIG_IGN && signal(SIGUSR1, SIG_DFL) == SIG_DFL &&
             signal(SIGTERM, SIG_DFL) == SIG_DFL && signal(SIGPIPE, SIG_DFL) == SIG_IGN;
    }));
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(Worker, FlushesAndLeavesWithoutTheHandlersOfTheProgramWhenATaskExits) {
  const ChildResult child = run_in_child([] {
    std::atexit([] { std::fputs("of the program;", stdout); });
    std::fputs("once;", stdout);
    const int status = status_of_worker_that([] {
      std::atexit([] { std::fputs("of the worker;", stdout); });
      std::fputs("stdout;", stdout);
      std::cout << "cout;";
      std::exit(4);
    });
    EXPECT_EQ(WEXITSTATUS(status), 4);
    std::fflush(stdout);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
  EXPECT_EQ(child.standard_output, "once;stdout;cout;of the worker;");
}

TEST(Worker, SurvivesAChildOfItsTaskThatExits) {
  EXPECT_TRUE(holds_in_a_worker([] {
    const pid_t child = fork();
    if (child == 0) std::exit(3);
    int status = 0;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status) == 3;
  }));
}

TEST(Worker, EndsWithItsServerAgainAfterItRenewedTheSignal) {
  const detail::SharedMapping memory(sizeof(std::atomic<bool>));
  auto& is_ready = *new (memory.data()) std::atomic<bool>(false);
  ServedWorkers workers(1, [&](int slot) {
    prctl(PR_SET_PDEATHSIG, 0);  // as setuid does
    detail::worker_renew_parent_death_signal();
    is_ready = true;
    idle(slot);
  });
  const pid_t pid = workers.start();
  ASSERT_TRUE(eventually([&] { return is_ready.load(); }));

  workers.server().kill();

  EXPECT_TRUE(ends_within(pid, seconds{1 * patience}));
}

// Two workers whose tasks each leave a process behind that was orphaned while the worker lived.
struct Orphans {
  std::atomic<pid_t> of_slot[2];
  std::atomic<pid_t> own_session;
};

pid_t leave_an_orphan(bool with_own_session) {
  int ends[2];
  if (pipe(ends) != 0) return 0;
  const pid_t child = fork();
  if (child == 0) {
    if (fork() != 0) _exit(0);
    if (with_own_session) setsid();
    const pid_t own = getpid();
    if (write(ends[1], &own, sizeof own) < 0) _exit(1);
    idle(0);
  }
  waitpid(child, nullptr, 0);
  pid_t orphan = 0;
  return read(ends[0], &orphan, sizeof orphan) > 0 ? orphan : 0;
}

TEST(Worker, LeavesNoProcessBehindAndHurtsNoneOfItsSiblings) {
  const detail::SharedMapping memory(sizeof(Orphans));
  Orphans& orphans = *new (memory.data()) Orphans{};
  ServedWorkers workers(2, [&](int slot) {
    if (slot == 0) orphans.own_session = leave_an_orphan(true);
    orphans.of_slot[slot] = leave_an_orphan(false);
    idle(slot);
  });
  workers.start_all();
  ASSERT_TRUE(eventually([&] { return orphans.of_slot[0] != 0 && orphans.of_slot[1] != 0; }));

  workers.server().order_signal(0, SIGKILL);
  workers.status_of_ended();

  EXPECT_TRUE(ends_within(orphans.of_slot[0], seconds{1 * patience})) << describe_process(orphans.of_slot[0]);
  EXPECT_FALSE(ends_within(orphans.of_slot[1], std::chrono::milliseconds{100}));
  EXPECT_TRUE(is_alive(orphans.own_session));
  EXPECT_TRUE(workers.quit_within(seconds{1 * patience}));
  EXPECT_TRUE(ends_within(orphans.of_slot[1], seconds{1 * patience})) << describe_process(orphans.of_slot[1]);
  kill(orphans.own_session, SIGKILL);
}

}  // namespace
}  // namespace multiprocessing::tests::worker_life_test
