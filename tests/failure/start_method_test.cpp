// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "support/child_process.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

// Workers that the program forks itself.
namespace multiprocessing::tests::start_method_test {
namespace {

const PoolOptions two_by_fork{.processes = 2, .start_method = StartMethod::fork};
const PoolOptions one_by_fork{.processes = 1, .start_method = StartMethod::fork};

pid_t parent_of_worker() { return ::getppid(); }
int twice(int number) { return 2 * number; }
int leave_with(int exit_code) { ::_exit(exit_code); }
bool is_doomed(int number) { return number % 7 == 3; }
int live_or_die(int number) { return is_doomed(number) ? ::raise(SIGKILL) : number; }

int generation = 0;
int generation_of_worker() { return generation; }

[[noreturn]] void be_stubborn() {
  ::signal(SIGTERM, SIG_IGN);
  while (true) ::pause();
}

std::optional<WorkerLost> lost(Pool& pool, int exit_code) {
  try {
    pool.apply(&leave_with, exit_code);
  } catch (const WorkerLost& error) {
    return error;
  }
  return std::nullopt;
}

int close_all(int number) {
  for (int fd = 3; fd != 1'024; ++fd) ::close(fd);
  return number;
}

struct Pids {
  std::atomic<pid_t> worker = 0, other_worker = 0;
};

}  // namespace

TEST(StartMethodFork, TheProgramIsTheParentOfTheWorkersAndOfNobodyElse) {
  Pool pool(two_by_fork);
  EXPECT_EQ(pool.apply(&parent_of_worker), ::getpid());
  std::vector<pid_t> workers = pool.worker_pids();
  std::sort(workers.begin(), workers.end());
  EXPECT_EQ(children_of(::getpid()), workers);
}

TEST(StartMethodForkserver, TheProgramIsTheParentOfTheServerAndTheServerThatOfTheWorkers) {
  Pool pool(2);
  const pid_t server = pool.apply(&parent_of_worker);
  EXPECT_EQ(children_of(::getpid()), std::vector<pid_t>{server});
  std::vector<pid_t> workers = pool.worker_pids();
  std::sort(workers.begin(), workers.end());
  EXPECT_EQ(children_of(server), workers);
}

TEST(StartMethodFork, WorkIsDoneAndThePoolCloses) {
  Pool pool(two_by_fork);
  std::vector<int> items(10'000, 21);
  EXPECT_EQ(pool.map(&twice, items), std::vector<int>(10'000, 42));
  pool.close();
  pool.join();
  EXPECT_TRUE(children_of(::getpid()).empty());
}

TEST(StartMethodFork, ALostWorkerCostsItsItemAndIsReplaced) {
  Pool pool(one_by_fork);
  const auto error = lost(pool, 7);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->exit_code(), 7);
  EXPECT_EQ(pool.apply(&twice, 21), 42);
}

TEST(StartMethodFork, RandomDeathsCostTheirItemsAndNoOthers) {
  Pool pool(two_by_fork);
  std::vector<int> items(300);
  std::iota(items.begin(), items.end(), 0);
  const auto outcomes = pool.try_map(&live_or_die, items, 1);
  for (const int item : items) {
    const auto& outcome = outcomes[static_cast<std::size_t>(item)];
    ASSERT_EQ(static_cast<bool>(outcome), !is_doomed(item)) << outcome.message();
  }
}

TEST(StartMethodFork, AWorkerWhoseTaskClosedItsBellsAnswersAndIsReplaced) {
  Pool pool(one_by_fork);
  EXPECT_EQ(pool.map(&close_all, std::vector<int>{1, 2, 3, 4}, 1), (std::vector<int>{1, 2, 3, 4}));
}

TEST(StartMethodFork, AReplacementHasTheProgramsMemoryOfThen) {
  Pool pool(one_by_fork);
  generation = 1;
  EXPECT_EQ(pool.apply(&generation_of_worker), 0);
  ASSERT_TRUE(lost(pool, 1));
  EXPECT_EQ(pool.apply(&generation_of_worker), 1);
  generation = 0;
}

TEST(StartMethodFork, WorkersOutliveTheThreadThatMadeThePool) {
  std::unique_ptr<Pool> pool;
  std::thread([&] { pool = std::make_unique<Pool>(two_by_fork); }).join();
  const std::vector<pid_t> workers = pool->worker_pids();
  EXPECT_EQ(pool->map(&twice, std::vector<int>{1, 2, 3}), (std::vector<int>{2, 4, 6}));
  EXPECT_EQ(pool->worker_pids(), workers);
}

TEST(StartMethodFork, AProgramThatIgnoresSigchldLearnsThatAWorkerEndedButNotHow) {
  const ChildResult child = run_in_child([] {
    ::signal(SIGCHLD, SIG_IGN);
    Pool pool(one_by_fork);
    const auto error = lost(pool, 7);
    ASSERT_TRUE(error);
    EXPECT_FALSE(error->exit_code());
    EXPECT_NE(std::string(error->what()).find("ignores SIGCHLD"), std::string::npos) << error->what();
    EXPECT_EQ(pool.apply(&twice, 21), 42);
    pool.close();
    pool.join();
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(StartMethodFork, AProgramThatWaitsForAnyChildTakesNothingButHowItEnded) {
  const ChildResult child = run_in_child([] {
    Pool pool(two_by_fork);
    for (const pid_t worker : pool.worker_pids()) ::kill(worker, SIGKILL);
    while (::waitpid(-1, nullptr, WNOHANG) >= 0) std::this_thread::yield();
    EXPECT_EQ(pool.map(&twice, std::vector<int>{1, 2, 3}), (std::vector<int>{2, 4, 6}));
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(StartMethodFork, WorkersEndWithTheProgramHoweverThatEnds) {
  const Shared<Pids> pids;
  const auto be_program = [&](void (*end)()) {
    return [&, end] {
      Pool pool(two_by_fork);
      const std::vector<pid_t> workers = pool.worker_pids();
      pids->worker = workers[0];
      pids->other_worker = workers[1];
      pool.apply_async(&be_stubborn);
      end();
    };
  };
  for (void (*const end)() : {+[] { ::raise(SIGKILL); }, +[] { ::_exit(0); }, +[] { std::exit(0); },
                              +[] { ::execl("/bin/true", "true", nullptr); }, +[] {}}) {
    run_in_child(be_program(end));
    EXPECT_TRUE(ends_within(pids->worker, std::chrono::seconds(10)));
    EXPECT_TRUE(ends_within(pids->other_worker, std::chrono::seconds(10)));
  }
}

// As a daemon does that closes what it does not know. Nobody can watch the workers then: they end, and the program,
// which goes on, is told.
TEST(StartMethodFork, AProgramThatClosesThePoolsDescriptorsIsToldAndGoesOn) {
  for (const bool is_told_by_a_death : {false, true}) {
    const ChildResult child = run_in_child([&] {
      Pool pool(two_by_fork);
      const std::vector<pid_t> workers = pool.worker_pids();
      close_all(0);
      if (is_told_by_a_death) ::kill(workers[0], SIGKILL);
      try {
        pool.map(&live_or_die, std::vector<int>{1, 2, 3, 4}, 1);
        ADD_FAILURE() << "a pool without descriptors has answered";
      } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::bad_file_descriptor) << error.what();
      } catch (const ProcessError&) {  // BrokenPool, or WorkerLost if an item had begun
      }
      pool.terminate();
      EXPECT_TRUE(children_of(::getpid()).empty());
    });
    EXPECT_EQ(child.exit_code, 0) << child;
  }
}

TEST(StartMethodFork, TerminateEndsAWorkerThatIgnoresItAndOneThatIsStopped) {
  Pool pool(two_by_fork);
  auto stubborn = pool.apply_async(&be_stubborn);
  const std::vector<pid_t> workers = pool.worker_pids();
  for (const pid_t worker : workers) ::kill(worker, SIGSTOP);
  pool.terminate();
  EXPECT_TRUE(children_of(::getpid()).empty());
  EXPECT_THROW(stubborn.get(), CancelledError);
}

TEST(StartMethodFork, AProcessThatTheProgramForksTouchesNothing) {
  Pool pool(two_by_fork);
  const ChildResult child = run_in_child([&] {
    EXPECT_THROW(pool.apply(&twice, 1), std::logic_error);
    const Pool moved = std::move(pool);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
  EXPECT_EQ(pool.apply(&twice, 21), 42);
}

}  // namespace multiprocessing::tests::start_method_test
