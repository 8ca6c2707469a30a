// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "hosts/named_events.hpp"
#include "hosts/pool_on_hosts.hpp"
#include "os/stream_socket.hpp"
#include "support/child_process.hpp"
#include "support/processes.hpp"

// A pool on several hosts, as long as none of them is lost.
namespace multiprocessing::tests::hosts_test {
namespace {

using namespace std::chrono_literals;

constexpr int hosts = 3;
const detail::HostPoolOptions two_each{.processes = 2};

std::vector<int> numbers(int count) {
  std::vector<int> result(static_cast<std::size_t>(count));
  std::iota(result.begin(), result.end(), 0);
  return result;
}
std::vector<int> negatives(int count) {
  std::vector<int> result = numbers(count);
  for (int& number : result) number = -number;
  return result;
}

int negative(int number) { return -number; }
bool is_doomed(int number) { return number % 7 == 3; }
int live_or_die(int number) { return is_doomed(number) ? raise(SIGKILL) : -number; }
int throw_at_threes(int number) {
  if (number % 3 == 0) throw std::runtime_error("three times " + std::to_string(number / 3));
  return -number;
}
[[noreturn]] void be_stubborn() {
  signal(SIGTERM, SIG_IGN);
  while (true) pause();
}
// Says that it runs, and ends when it may.
int worker_that_waits(const std::string& begun, const std::string& gate, int) {
  NamedEvents::happen(begun);
  NamedGate::pass(gate);
  return worker_index().value();
}
// The first item ends when it may.
int wait_if_first(const std::string& gate, int number) {
  if (number == 0) NamedGate::pass(gate);
  return -number;
}
int wait_if_first_or_take_2_ms(const std::string& gate, int number) {
  if (number == 0) {
    NamedGate::pass(gate);
  } else {
    for (const auto end = std::chrono::steady_clock::now() + 2ms; std::chrono::steady_clock::now() < end;) continue;
  }
  return -number;
}
int die_once(const std::string& mark, int number) {
  if (std::filesystem::exists(mark)) return -number;
  std::ofstream(mark).close();
  return raise(SIGKILL);
}

TEST(Hosts, WorkersHaveIndicesOfTheirOwnBelowTheirNumber) {
  PoolOnHosts pool(hosts, two_each);
  const NamedEvents begun;
  NamedGate gate;
  ASSERT_EQ(pool.processes(), 6);
  auto indices = pool.map_async(partial(worker_that_waits, begun.path(), gate.path()), numbers(6), 1);
  begun.wait_for(6);
  gate.open();
  std::vector<int> all = indices.get();
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, numbers(6));
}

TEST(Hosts, ItemsKnowTheirIndexWhereverTheyRun) {
  PoolOnHosts pool(hosts, two_each);
  for (const long chunksize : {1L, 7L, 1000L}) {
    const auto indices =
        pool.map([](int) { return static_cast<int>(item_index().value()); }, std::vector<int>(1000, 5), chunksize);
    EXPECT_EQ(indices, numbers(1000));
  }
  EXPECT_EQ(pool.apply([] { return item_index().value(); }), 0u);
  EXPECT_EQ(pool.apply([] { return item_index().value(); }), 1u);
}

TEST(Hosts, NameTheirWorkers) {
  PoolOnHosts pool(hosts, two_each);
  std::map<std::string, std::set<pid_t>> workers;
  for (const auto& [host, pid] : pool.workers()) workers[host].insert(pid);
  ASSERT_EQ(workers.size(), 3u);
  std::set<pid_t> all;
  for (const auto& [host, pids] : workers) {
    EXPECT_EQ(host, "host" + host.substr(4));
    EXPECT_EQ(pids.size(), 2u) << host;
    for (const pid_t pid : pids) EXPECT_TRUE(all.insert(pid).second && is_alive(pid)) << host << ' ' << pid;
  }
  const std::vector<pid_t> pids = pool.worker_pids();
  EXPECT_EQ(std::set<pid_t>(pids.begin(), pids.end()), all);
}

TEST(Hosts, StatsAddUp) {
  PoolOnHosts pool(hosts, two_each);
  pool.map(negative, numbers(500));
  pool.try_map(throw_at_threes, numbers(300));
  pool.try_map(live_or_die, numbers(70));
  const NamedEvents begun;
  NamedGate gate;
  auto running = pool.map_async(partial(worker_that_waits, begun.path(), gate.path()), numbers(20), 1);
  begun.wait_for(6);

  PoolStats stats = pool.stats();
  EXPECT_EQ(stats.running, 6u);
  EXPECT_EQ(stats.queued, 14u);
  EXPECT_EQ(stats.finished, 500u + 200u + 60u);
  EXPECT_EQ(stats.failed, 100u);
  EXPECT_EQ(stats.lost, 10u);
  EXPECT_EQ(stats.workers.size(), 6u);

  gate.open();
  running.get();
  stats = pool.stats();
  EXPECT_EQ(stats.running + stats.queued, 0u);
  EXPECT_EQ(stats.finished, 780u);
  std::size_t answered = 0;
  std::size_t starts = 0;
  for (const WorkerStats& worker : stats.workers) answered += worker.items, starts += worker.starts;
  EXPECT_EQ(answered, 880u);
  EXPECT_EQ(starts, 16u);
}

TEST(Hosts, AWorkerKilledOnAHostCostsOneItem) {
  PoolOnHosts pool(hosts, two_each);
  for (const long chunksize : {1L, 5L, 100L}) {
    const auto outcomes = pool.try_map(live_or_die, numbers(100), chunksize);
    for (int number = 0; number != 100; ++number) {
      const Outcome<int>& outcome = outcomes[static_cast<std::size_t>(number)];
      if (is_doomed(number)) {
        const WorkerLost* const lost = outcome.error_as<WorkerLost>();
        ASSERT_NE(lost, nullptr) << outcome.message();
        EXPECT_EQ(lost->index(), static_cast<std::size_t>(number));
        EXPECT_EQ(lost->signal(), SIGKILL);
        EXPECT_NE(std::string(lost->what()).find(" on host"), std::string::npos) << lost->what();
      } else {
        ASSERT_TRUE(outcome) << outcome.message();
        EXPECT_EQ(outcome.value(), -number);
      }
    }
  }
  EXPECT_EQ(pool.workers().size(), 6u) << "they are replaced";
}

TEST(Hosts, SayOfAnExceptionWhichWorkerOnWhichHostThrewIt) {
  PoolOnHosts pool(1, two_each);
  const auto outcomes = pool.try_map(throw_at_threes, {3});
  ASSERT_NE(outcomes[0].error_as<std::runtime_error>(), nullptr);
  EXPECT_NE(outcomes[0].message().find(" on host1)"), std::string::npos) << outcomes[0].message();
}

TEST(Hosts, EnforceTimeoutsAndRetry) {
  PoolOnHosts pool(2, two_each);
  const TemporaryFolder folder;
  EXPECT_THROW(pool.with({.timeout = 50ms}).apply(be_stubborn), DeadlineExceeded);
  EXPECT_THROW(pool.apply(die_once, (folder / "first").string(), 1), WorkerLost);
  EXPECT_EQ(pool.with({.retries = 1}).apply(die_once, (folder / "second").string(), 2), -2);
  EXPECT_EQ(pool.map(negative, numbers(100)), negatives(100));
}

TEST(Hosts, EndWhatRunsWhenItsCallIsCancelled) {
  PoolOnHosts pool(hosts, two_each);
  const NamedEvents begun;
  const NamedGate gate;  // never opened
  auto running = pool.map_async(partial(worker_that_waits, begun.path(), gate.path()), numbers(50), 1);
  auto other = pool.apply_async(negative, 4);
  begun.wait_for(6);
  EXPECT_FALSE(running.cancel());
  EXPECT_FALSE(running.ready());
  EXPECT_TRUE(running.cancel(Running::kill));
  EXPECT_THROW(running.get(), CancelledError);
  EXPECT_EQ(other.get(), -4);
  EXPECT_EQ(pool.map(negative, numbers(100)), negatives(100));
}

TEST(Hosts, YieldResultsInOrderOrAsTheyCome) {
  PoolOnHosts pool(hosts, two_each);
  for (const long chunksize : {1L, 10L}) {
    std::vector<int> in_order;
    for (const int value : pool.imap(negative, numbers(500), chunksize)) in_order.push_back(value);
    EXPECT_EQ(in_order, negatives(500));
    std::vector<int> as_they_come;
    for (const int value : pool.imap_unordered(negative, numbers(500), chunksize)) as_they_come.push_back(value);
    std::sort(as_they_come.begin(), as_they_come.end(), std::greater<>());
    EXPECT_EQ(as_they_come, negatives(500));
  }
}

// The hosts have items in store before anybody knows how long they take.
TEST(Hosts, WorkBehindALongItemMovesToAnIdleHost) {
  PoolOnHosts pool(2, {.processes = 1});
  NamedGate gate;
  auto values = pool.imap_unordered(partial(wait_if_first, gate.path()), numbers(8));
  for (int others = 0; others != 7; ++others) EXPECT_NE(values.next(), 0);
  gate.open();
  EXPECT_EQ(values.next(), 0);
}

TEST(Hosts, WorkBehindALongItemMovesAlsoIfItemsLikeItWereShort) {
  PoolOnHosts pool(2, {.processes = 2});
  NamedGate gate;
  const auto task = partial(wait_if_first_or_take_2_ms, gate.path());
  EXPECT_EQ(pool.map(task, std::vector<int>(200, 1)), std::vector<int>(200, -1));
  auto values = pool.imap_unordered(task, numbers(60), 1, 60);
  for (int others = 0; others != 59; ++others) EXPECT_NE(values.next(), 0);
  gate.open();
  EXPECT_EQ(values.next(), 0);
}

TEST(Hosts, GetAFunctionsLargeStateOnceForManyItems) {
  PoolOnHosts pool(hosts, two_each);
  std::vector<int> state(2 << 20);  // 8 MiB
  std::iota(state.begin(), state.end(), 0);
  const auto look_up = [](const std::vector<int>& all, int number) { return all[static_cast<std::size_t>(number)]; };
  std::vector<int> places = numbers(1000);
  for (int& place : places) place *= 2000;
  EXPECT_EQ(pool.map(partial(look_up, state), places, 1), places);
  EXPECT_EQ(pool.map(partial(look_up, std::move(state)), places), places);
}

TEST(Hosts, TakeAndReturnLargeItems) {
  PoolOnHosts pool(2, two_each);
  const auto reversed = [](std::string text) {
    std::reverse(text.begin(), text.end());
    return text;
  };
  std::vector<std::string> texts;
  for (const std::size_t size : {0U, 1U, 100U, 70'000U, 3'000'000U, 20'000'000U, 5U}) {
    texts.push_back("a" + std::string(size, 'b') + "c");
  }
  std::vector<std::string> expected;
  for (const std::string& text : texts) expected.push_back(reversed(text));
  EXPECT_TRUE(pool.map(reversed, texts) == expected);
}

TEST(Hosts, OfSeveralPoolsWorkSideBySide) {
  PoolOnHosts first(2, two_each);
  PoolOnHosts second(1, two_each);
  auto of_first = first.map_async(negative, numbers(1000));
  {
    PoolOnHosts third(2, {.processes = 1});
    EXPECT_EQ(third.map(negative, numbers(1000)), negatives(1000));
  }
  EXPECT_EQ(second.map(negative, numbers(1000)), negatives(1000));
  EXPECT_EQ(of_first.get(), negatives(1000));
}

TEST(Hosts, ServeTwoThreads) {
  PoolOnHosts pool(2, two_each);
  const auto use = [&] {
    for (int times = 0; times != 100; ++times) {
      EXPECT_EQ(pool.map(negative, numbers(20)), negatives(20));
      EXPECT_EQ(pool.apply(negative, times), -times);
    }
  };
  const std::jthread other(use);
  use();
}

TEST(Hosts, AreInertInAProcessThatTheProgramForks) {
  PoolOnHosts pool(2, two_each);
  const ChildResult child = run_in_child([&] {
    EXPECT_THROW(pool.apply(negative, 1), std::logic_error);
    EXPECT_THROW(pool.stats(), std::logic_error);
    EXPECT_EQ(PoolOnHosts(2, {.processes = 1}).apply(negative, 2), -2) << "one of its own works";
    const PoolOnHosts moved = std::move(pool);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
  EXPECT_EQ(pool.apply(negative, 21), -21);
}

}  // namespace
}  // namespace multiprocessing::tests::hosts_test
