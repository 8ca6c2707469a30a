// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/leftovers.hpp"
#include "support/processes.hpp"

namespace multiprocessing::tests::refused_fork_test {
namespace {

using namespace std::chrono_literals;

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

// Of one process: its children have what it had when they were forked. 0 for this one.
void set_limit(pid_t pid, rlim_t processes) {
  rlimit limit{};
  if (prlimit(pid, RLIMIT_NPROC, nullptr, &limit) != 0) fail("reading RLIMIT_NPROC");
  limit.rlim_cur = std::min(processes, limit.rlim_max);
  if (prlimit(pid, RLIMIT_NPROC, &limit, nullptr) != 0) fail("setting RLIMIT_NPROC");
}

void lift_limit(pid_t pid) { set_limit(pid, RLIM_INFINITY); }

constexpr int exit_not_possible_here = 77;

// RLIMIT_NPROC does not bind root. It counts all processes of a user: each test is one that nobody else is.
void become_nobody_else() {
  const auto id = static_cast<uid_t>(20'000 + getpid() % 40'000);
  if (setresgid(id, id, id) != 0 || setresuid(id, id, id) != 0) _exit(exit_not_possible_here);
  if (prctl(PR_SET_DUMPABLE, 1L) != 0) fail("PR_SET_DUMPABLE");  // or /proc/self stays root's
  set_limit(0, 1);
  const pid_t child = fork();
  if (child == 0) _exit(0);
  if (child > 0) _exit(exit_not_possible_here);
  lift_limit(0);
}

// From now on this process can have `more` processes than the user has now. How many these are is found by trying.
void leave_room_for(rlim_t more) {
  for (rlim_t limit = 1; limit != 100; ++limit) {
    set_limit(0, limit);
    const pid_t child = fork();
    if (child == 0) _exit(0);
    if (child < 0) continue;
    waitpid(child, nullptr, 0);
    return set_limit(0, limit - 1 + more);
  }
  throw std::runtime_error("this user has too many processes already");
}

void expect_nothing_left_since(const Holdings& before) {
  for (const std::string& sentence : leftovers_since(before)) ADD_FAILURE() << "left: " << sentence;
}

pid_t only_child() {
  const std::vector<pid_t> children = children_of(getpid());
  return children.size() == 1 ? children[0] : throw std::runtime_error("not one child");
}

bool has_workers(const Pool& pool, std::size_t count) {
  return eventually([&] { return pool.worker_pids().size() == count; });
}

// One that is on its way counts as started, too: so this says that all replacements were refused, or none was ordered.
bool was_started_only_once(const Pool& pool, std::size_t place) {
  return eventually([&] {
    pool.worker_pids();  // looks
    const WorkerStats worker = pool.stats().workers.at(place);
    return worker.pid == 0 && worker.starts == 1;
  });
}

std::vector<int> numbers() {
  std::vector<int> result(1000);
  for (std::size_t index = 0; index != result.size(); ++index) result[index] = static_cast<int>(index);
  return result;
}

int negative(int number) { return -number; }

constexpr std::size_t npos = std::string::npos;

std::string text_of_refused(const std::function<void()>& call) {
  try {
    call();
    return "it was not refused";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::resource_unavailable_try_again) << error.what();
    return error.what();
  }
}

// The body of each test runs in a child that has given up root.
class RefusedFork : public ::testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root can become a user that has no other process";
    set_deadline(30s * patience);
  }
  static void as_nobody_else(const std::function<void()>& body) {
    const ChildResult child = run_in_child([&] {
      become_nobody_else();
      body();
    });
    if (child.exit_code == exit_not_possible_here)
      GTEST_SKIP() << "here root cannot become a user whom the limit binds";
    EXPECT_EQ(child.exit_code, 0) << child;
  }
};

TEST_F(RefusedFork, OfAWorkerSaysWhichOfHowManyAndNothingIsLeft) {
  as_nobody_else([] {
    const Holdings before = Holdings::now();
    for (int workers = 0; workers != 4; ++workers) {
      leave_room_for(static_cast<rlim_t>(1 + workers));
      const std::string text = text_of_refused([] { Pool(4); });
      EXPECT_EQ(text.find("cannot fork worker " + std::to_string(workers) + " of 4: "), 0U) << text;
      expect_nothing_left_since(before);
    }
  });
}

TEST_F(RefusedFork, OfTheForkServerSaysSoAndNothingIsLeft) {
  as_nobody_else([] {
    const Holdings before = Holdings::now();
    leave_room_for(0);
    const std::string text = text_of_refused([] { Pool(4); });
    EXPECT_EQ(text.find("cannot fork the server that starts the workers: "), 0U) << text;
    expect_nothing_left_since(before);
  });
}

TEST_F(RefusedFork, IsOverWhenThereIsRoom) {
  as_nobody_else([] {
    leave_room_for(2);
    EXPECT_THROW(Pool(4), std::system_error);
    leave_room_for(5);
    Pool pool(4);
    EXPECT_EQ(pool.map(negative, {1, 2, 3}), (std::vector{-1, -2, -3}));
  });
}

TEST_F(RefusedFork, OfAReplacementLeavesThePoolSmallerUntilACallTriesAgain) {
  as_nobody_else([] {
    const Holdings before = Holdings::now();
    {
      Pool pool(2);
      set_limit(only_child(), 1);
      const std::vector<int> all = numbers();
      const auto outcomes = pool.try_map([](int number) { return number == 500 ? raise(SIGKILL) : -number; }, all, 10);
      for (const int number : all) {
        const auto& outcome = outcomes[static_cast<std::size_t>(number)];
        if (number == 500) {
          EXPECT_NE(outcome.error_as<WorkerLost>(), nullptr) << outcome.message();
        } else {
          EXPECT_TRUE(outcome) << number << ": " << outcome.message();
        }
      }
      ASSERT_TRUE(has_workers(pool, 1));
      const std::size_t missing = pool.stats().workers.at(0).pid == 0 ? 0 : 1;
      ASSERT_TRUE(was_started_only_once(pool, missing));
      EXPECT_EQ(pool.map(negative, all).size(), all.size());
      ASSERT_TRUE(was_started_only_once(pool, missing));

      lift_limit(only_child());
      pool.apply([] {});
      EXPECT_TRUE(has_workers(pool, 2));
      EXPECT_EQ(pool.stats().workers.at(missing).starts, 2U);
    }
    expect_nothing_left_since(before);
  });
}

TEST_F(RefusedFork, OfAReplacementIsTriedAgainAtTheNextDeath) {
  as_nobody_else([] {
    Pool pool(3);
    const std::vector<pid_t> workers = pool.worker_pids();
    ASSERT_EQ(workers.size(), 3U);
    set_limit(only_child(), 1);
    kill(workers[0], SIGKILL);
    kill(workers[1], SIGKILL);
    ASSERT_TRUE(was_started_only_once(pool, 0));
    ASSERT_TRUE(was_started_only_once(pool, 1));

    lift_limit(only_child());
    kill(workers[2], SIGKILL);
    EXPECT_TRUE(ends_within(workers[2], 5s * patience));
    EXPECT_TRUE(has_workers(pool, 3));
    EXPECT_EQ(pool.map(negative, {1, 2, 3}), (std::vector{-1, -2, -3}));
  });
}

TEST_F(RefusedFork, OfTheLastReplacementIsBrokenPoolForWhatIsPendingUntilThereIsRoom) {
  as_nobody_else([] {
    const Holdings before = Holdings::now();
    {
      Pool pool(2);
      std::vector<AsyncResult<void>> pending;
      for (int number = 0; number != 100; ++number) pending.push_back(pool.apply_async([] { pause(); }));
      set_limit(only_child(), 1);
      for (const pid_t worker : pool.worker_pids()) kill(worker, SIGKILL);

      int broken = 0;
      for (auto& result : pending) {
        try {
          result.get(20s * patience);
          ADD_FAILURE();
        } catch (const BrokenPool&) {
          ++broken;
        } catch (const WorkerLost&) {  // the two that ran
        }
      }
      EXPECT_GE(broken, 98);
      try {
        pool.apply([] {});
        ADD_FAILURE();
      } catch (const BrokenPool& error) {
        EXPECT_NE(std::string(error.what()).find("cannot fork worker"), std::string::npos) << error.what();
      }
      const auto outcomes = pool.try_map(negative, numbers(), 1);
      for (const auto& outcome : outcomes) EXPECT_NE(outcome.error_as<BrokenPool>(), nullptr) << outcome.message();
      EXPECT_TRUE(pool.worker_pids().empty());

      lift_limit(only_child());
      EXPECT_EQ(pool.map(negative, {1, 2, 3}), (std::vector{-1, -2, -3}));
      EXPECT_TRUE(has_workers(pool, 2));
    }
    expect_nothing_left_since(before);
    lift_limit(0);
    EXPECT_EQ(Pool(2).apply(negative, 1), -1);
  });
}

// Nobody asks anything of the pool while it has no worker.
TEST_F(RefusedFork, WhileThePoolIsIdleIsNoErrorOfALaterCall) {
  as_nobody_else([] {
    for (const bool has_background_thread : {true, false}) {
      Pool pool(1);
      if (has_background_thread) {
        EXPECT_EQ(pool.apply_async(negative, 1).get(), -1);
      }
      const pid_t worker = pool.worker_pids().at(0);
      set_limit(only_child(), 1);
      kill(worker, SIGKILL);
      ASSERT_TRUE(has_workers(pool, 0));
      ASSERT_TRUE(was_started_only_once(pool, 0));
      lift_limit(only_child());
      EXPECT_EQ(pool.apply(negative, 2), -2);
    }
  });
}

// The limit counts threads, too. A pool starts its own with the first asynchronous call and the first callback.
TEST_F(RefusedFork, OfAThreadIsTheErrorOfTheCallThatNeedsIt) {
  as_nobody_else([] {
    const Holdings before = Holdings::now();
    {
      Pool pool(1);
      set_limit(0, 1);
      EXPECT_NE(text_of_refused([&] { pool.apply_async(negative, 1); }).find("cannot start a thread"), npos);
      EXPECT_EQ(pool.apply(negative, 2), -2);

      lift_limit(0);
      auto result = pool.apply_async(negative, 3);
      set_limit(0, 1);
      EXPECT_NE(text_of_refused([&] { result.callback([](int) {}); }).find("cannot start a thread"), npos);
      EXPECT_EQ(result.get(20s * patience), -3);

      EXPECT_NE(text_of_refused([] { ThreadPool(2); }).find("cannot start thread 1 of 2"), npos);
    }
    expect_nothing_left_since(before);
  });
}

}  // namespace
}  // namespace multiprocessing::tests::refused_fork_test
