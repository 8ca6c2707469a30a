// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <numeric>
#include <random>
#include <thread>

#include "support/child_process.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

// Workers of a new process of the program.
namespace multiprocessing::tests::spawned_deaths_test {
namespace {

using namespace std::chrono_literals;

PoolOptions spawned(int processes) { return {.processes = processes, .start_method = StartMethod::spawn}; }

int negative(int number) { return -number; }
bool is_doomed(int number) { return number % 7 == 3; }
int live_or_die(int number) { return is_doomed(number) ? raise(SIGKILL) : -number; }
[[noreturn]] void be_stubborn() {
  signal(SIGTERM, SIG_IGN);
  while (true) pause();
}

std::vector<int> numbers(int count) {
  std::vector<int> result(static_cast<std::size_t>(count));
  std::iota(result.begin(), result.end(), 0);
  return result;
}

struct Pids {
  std::atomic<pid_t> server = 0, first = 0, second = 0;
};

TEST(SpawnedWorkers, CostTheirItemsAndNoOthersWhenTheyDie) {
  Pool pool(spawned(2));
  for (const long chunksize : {1L, 5L, 100L}) {
    const auto outcomes = pool.try_map(live_or_die, numbers(100), chunksize);
    for (int number = 0; number != 100; ++number) {
      const Outcome<int>& outcome = outcomes[static_cast<std::size_t>(number)];
      if (is_doomed(number)) {
        const WorkerLost* const lost = outcome.error_as<WorkerLost>();
        ASSERT_NE(lost, nullptr) << outcome.message();
        EXPECT_EQ(lost->index(), static_cast<std::size_t>(number));
      } else {
        ASSERT_TRUE(outcome) << outcome.message();
        EXPECT_EQ(outcome.value(), -number);
      }
    }
  }
}

TEST(SpawnedWorkers, AreKilledAtADeadlineAndWhenACallIsCancelled) {
  Pool pool(spawned(2));
  EXPECT_THROW(pool.with({.timeout = 50ms}).apply(be_stubborn), DeadlineExceeded);
  auto running = pool.apply_async(be_stubborn);
  while (pool.stats().running == 0) std::this_thread::yield();
  EXPECT_TRUE(running.cancel(Running::kill));
  EXPECT_EQ(pool.map(negative, numbers(10)).back(), -9);
}

TEST(SpawnedWorkers, EndWithTheProgramHoweverThatEnds) {
  const Shared<Pids> pids;
  for (void (*const end)() : {+[] { raise(SIGKILL); }, +[] { _exit(0); }, +[] { std::exit(0); },
                              +[] { execl("/bin/true", "true", nullptr); }, +[] {}}) {
    for (const bool is_busy : {false, true}) {
      run_in_child([&] {
        Pool pool(spawned(2));
        pids->server = children_of(getpid()).back();
        pids->first = pool.worker_pids()[0];
        pids->second = pool.worker_pids()[1];
        if (is_busy) pool.apply_async(be_stubborn);
        end();
      });
      for (const pid_t pid : {pids->server.load(), pids->first.load(), pids->second.load()}) {
        EXPECT_TRUE(ends_within(pid, 10s * patience)) << describe_process(pid);
      }
    }
  }
}

TEST(SpawnedWorkers, AreLostWithTheirServerAndThePoolSaysSo) {
  Pool pool(spawned(2));
  auto running = pool.apply_async(be_stubborn);
  kill(children_of(getpid()).back(), SIGKILL);

  EXPECT_THROW(running.get(), ProcessError);
  try {
    pool.apply(negative, 1);
    FAIL();
  } catch (const BrokenPool& error) {
    EXPECT_NE(std::string(error.what()).find("fork server"), std::string::npos) << error.what();
  }
}

// From before it is executed until it serves.
TEST(SpawnedWorkers, TheirServerMayBeKilledAtAnyMomentOfItsStart) {
  std::mt19937 random(7);
  std::array<int, 2> ends{};
  for (int round = 0; round != 100 / patience; ++round) {
    const std::chrono::microseconds delay(random() % 5000);
    std::atomic<bool> is_over = false;
    std::jthread killer([&] {
      std::vector<pid_t> children;
      while (!is_over && (children = children_of(getpid())).empty()) std::this_thread::yield();
      for (const auto end = std::chrono::steady_clock::now() + delay; std::chrono::steady_clock::now() < end;) {
      }
      if (!children.empty()) kill(children.back(), SIGKILL);
    });
    try {
      Pool pool(spawned(1));
      EXPECT_EQ(pool.try_map(negative, {1}).size(), 1u);
      ++ends[0];
    } catch (const BrokenPool&) {
      ++ends[1];
    }
    is_over = true;
  }
  EXPECT_TRUE(children_of(getpid()).empty());
  EXPECT_GT(ends[1], 0);
}

TEST(SpawnedWorkers, AreNotLeftBehindByAProgramThatIsKilledWhileItStartsThem) {
  std::mt19937 random(11);
  for (int round = 0; round != 60 / patience; ++round) {
    const Shared<Event> begins;
    ChildProcess program([&] {
      begins->happen();
      const Pool pool(spawned(2));
    });
    begins->wait();
    const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(random() % 8000);
    while (std::chrono::steady_clock::now() < end) {
    }
    const std::vector<pid_t> children = children_of(program.pid());
    program.kill(SIGKILL);
    program.wait();
    for (const pid_t child : children) EXPECT_TRUE(ends_within(child, 10s * patience)) << describe_process(child);
  }
}

TEST(SpawnedWorkers, AreThereForAProgramThatHasGivenUpItsPrivileges) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  const ChildResult child = run_in_child([] {
    ASSERT_EQ(setgid(65534), 0);
    ASSERT_EQ(setuid(65534), 0);
    Pool pool(spawned(2));
    EXPECT_EQ(pool.apply([](int) { return static_cast<int>(geteuid()); }, 0), 65534);
    EXPECT_THROW(pool.apply([] { std::abort(); }), WorkerLost);
    EXPECT_EQ(pool.map(negative, numbers(10)).back(), -9);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(SpawnedWorkers, AreInertInAProcessThatTheProgramForks) {
  Pool pool(spawned(2));
  const ChildResult child = run_in_child([&] {
    EXPECT_THROW(pool.apply(negative, 1), std::logic_error);
    EXPECT_EQ(Pool(spawned(1)).apply(negative, 2), -2) << "one of its own works";
    const Pool moved = std::move(pool);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
  EXPECT_EQ(pool.apply(negative, 21), -21);
}

}  // namespace
}  // namespace multiprocessing::tests::spawned_deaths_test
