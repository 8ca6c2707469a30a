// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/leftovers.hpp"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441
#endif

// A sandbox, or a tool like valgrind, may not know a system call that a start needs.
namespace multiprocessing::tests::refused_calls_test {
namespace {

using namespace std::chrono_literals;

// From now on this process and its children do not have the call; or not with this third argument.
void take_away(long call, int error, std::optional<unsigned> argument = {}) {
  const auto number = static_cast<unsigned>(call);
  const auto answer = SECCOMP_RET_ERRNO | static_cast<unsigned>(error);
  std::vector<sock_filter> filter{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  if (argument) {
    filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args) + 2 * sizeof(__u64)));
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, *argument, 1, 0));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  }
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, answer));
  const sock_fprog program{.len = static_cast<unsigned short>(filter.size()), .filter = filter.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    throw std::system_error(errno, std::generic_category(), "seccomp");
  }
}

void expect_refusal(const std::function<void()>& start, int error, const std::string& named) {
  const Holdings before = Holdings::now();
  try {
    start();
    ADD_FAILURE() << named << ": it was not refused";
  } catch (const std::system_error& refused) {
    EXPECT_EQ(refused.code().value(), error) << refused.what();
    EXPECT_NE(std::string(refused.what()).find(named), std::string::npos) << refused.what();
  }
  for (const std::string& sentence : leftovers_since(before)) ADD_FAILURE() << named << ", left: " << sentence;
}

struct Needed {
  long call;
  std::optional<unsigned> argument;
  std::string named;
};

void expect_each_to_be_named(const std::vector<Needed>& all, const std::function<void()>& start) {
  for (const Needed& needed : all) {
    for (const int error : {ENOSYS, EPERM}) {
      const ChildResult child = run_in_child([&] {
        take_away(needed.call, error, needed.argument);
        expect_refusal(start, error, needed.named);
      });
      EXPECT_EQ(child.exit_code, 0) << needed.named << ": " << child;
    }
  }
}

int slow(int number) { return usleep(20'000), number; }
void sleep_for_ever() {
  while (true) pause();
}

PoolOptions with_fork_server() { return {.processes = 2}; }
PoolOptions with_fork() { return {.processes = 2, .start_method = StartMethod::fork}; }

}  // namespace

TEST(RefusedCall, OfAPoolIsNamedAndNothingIsLeft) {
  expect_each_to_be_named({{SYS_pidfd_open, {}, "pidfd_open"},
                           {SYS_eventfd2, {}, "eventfd"},
                           {SYS_epoll_create1, {}, "epoll"},
                           {SYS_epoll_ctl, {}, "epoll_ctl"},
                           {SYS_socketpair, {}, "socket pair"},
                           {SYS_signalfd4, {}, "signalfd"},
                           {SYS_madvise, MADV_WIPEONFORK, "MADV_WIPEONFORK"},
                           {SYS_madvise, MADV_DONTFORK, "MADV_DONTFORK"}},
                          [] { const Pool pool(with_fork_server()); });
}

TEST(RefusedCall, OfAPoolThatForksIsNamedAndNothingIsLeft) {
  expect_each_to_be_named({{SYS_pidfd_open, {}, "cannot watch worker 0 of 2 by pidfd_open"},
                           {SYS_eventfd2, {}, "eventfd"},
                           {SYS_epoll_create1, {}, "epoll"},
                           {SYS_epoll_ctl, {}, "epoll_ctl"},
                           {SYS_madvise, MADV_WIPEONFORK, "MADV_WIPEONFORK"}},
                          [] { const Pool pool(with_fork()); });
}

TEST(RefusedCall, OfAPoolThatSpawnsIsNamedAndNothingIsLeft) {
  expect_each_to_be_named({{SYS_pidfd_open, {}, "pidfd_open"},
                           {SYS_memfd_create, {}, "memfd_create"},
                           {SYS_execve, {}, "cannot start this program once more"},
                           {SYS_socketpair, {}, "socket pair"},
                           {SYS_madvise, MADV_DONTFORK, "MADV_DONTFORK"}},
                          [] { const Pool pool({.processes = 2, .start_method = StartMethod::spawn}); });
  const ChildResult child = run_in_child([] {
    take_away(SYS_signalfd4, EPERM);  // which the new process needs
    try {
      const Pool pool({.processes = 2, .start_method = StartMethod::spawn});
      ADD_FAILURE() << "it was not refused";
    } catch (const BrokenPool& error) {
      EXPECT_NE(std::string(error.what()).find("ended with exit code 2: cannot"), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find("signalfd"), std::string::npos) << error.what();
    }
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(RefusedCall, OfAProcessIsNamedAndNothingIsLeft) {
  for (const bool is_daemon : {false, true}) {
    std::vector<Needed> all{{SYS_pidfd_open, {}, "pidfd_open"}, {SYS_eventfd2, {}, "eventfd"}};
    if (is_daemon) all.push_back({SYS_socketpair, {}, "socket pair"});
    expect_each_to_be_named(all, [is_daemon] {
      Process process([] { ADD_FAILURE() << "it runs"; });
      process.set_daemon(is_daemon);
      process.start();
    });
  }
}

// These a pool can do without.
TEST(RefusedCall, OfAnotherKindChangesNothing) {
  for (const PoolOptions& options : {with_fork_server(), with_fork()}) {
    for (const long call : {long{SYS_epoll_pwait2}}) {
      const ChildResult child = run_in_child([&] {
        take_away(call, EPERM);
        Pool pool(options);
        EXPECT_EQ(pool.map(slow, {1, 2, 3}), (std::vector{1, 2, 3}));
        EXPECT_THROW(pool.with({.timeout = 100ms}).apply(sleep_for_ever), DeadlineExceeded);
        auto result = pool.apply_async(sleep_for_ever);
        EXPECT_THROW(result.get(300ms), TimeoutError);
        EXPECT_LT(std::clock(), CLOCKS_PER_SEC / 5);  // of CPU time: it has slept
        pool.terminate();
        EXPECT_THROW(result.get(), CancelledError);
      });
      EXPECT_EQ(child.exit_code, 0) << call << ": " << child;
    }
  }
}

// As under valgrind.
TEST(RefusedCall, OfMappingMemoryTwiceLeavesAQueueItsRoom) {
  const ChildResult child = run_in_child([] {
    take_away(SYS_mremap, EINVAL);
    const Queue<std::string> queue;
    const std::string text(10'000, 'x');
    for (int message = 0; message != 100; ++message) queue.put(text, 5s);
    for (int message = 0; message != 100; ++message) EXPECT_EQ(queue.get(5s), text);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

}  // namespace multiprocessing::tests::refused_calls_test
