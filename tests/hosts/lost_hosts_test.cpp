// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <thread>

#include "hosts/agent_of.hpp"
#include "hosts/named_events.hpp"
#include "hosts/pool_on_hosts.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"

// Hosts whose agents die or are silent.
namespace multiprocessing::tests::lost_hosts_test {
namespace {

using namespace std::chrono_literals;
using detail::LostHosts;

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
// Says that it runs, and ends when it may.
int negative_at_gate(const std::string& begun, const std::string& gate, int number) {
  NamedEvents::happen(begun);
  NamedGate::pass(gate);
  return -number;
}
int kill_agent_at(int fatal, int number) {
  if (number != fatal) return -number;
  kill(agent_of_this_worker(), SIGKILL);
  while (true) pause();
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// A map that holds up all six workers of three hosts, with work in store behind what they run.
class HeldUpHosts : public ::testing::Test {
 protected:
  static constexpr int items = 60;
  void make_pool(const detail::HostPoolOptions& options) {
    pool_.emplace(3, options);
    call_ = pool_->with({}).map_async(partial(negative_at_gate, begun_.path(), gate_.path()), numbers(items), 1);
    begun_.wait_for(6);
  }
  void kill_agent(std::size_t host) {
    kill(pool_->agents()[host], SIGKILL);
    EXPECT_TRUE(ends_within(pool_->agents()[host], 10s * patience));
  }
  PoolOnHosts& pool() { return *pool_; }

  const NamedEvents begun_;
  NamedGate gate_;
  std::optional<PoolOnHosts> pool_;
  AsyncResult<std::vector<int>> call_;
};

TEST_F(HeldUpHosts, AnAgentThatIsKilledCostsNoItem) {
  make_pool({.processes = 2});
  const std::vector<std::pair<std::string, pid_t>> workers = pool().workers();
  kill_agent(0);
  for (const auto& [host, pid] : workers) {
    if (host != "host1") continue;
    EXPECT_TRUE(ends_within(pid, 10s * patience)) << "workers go with their agent";
  }
  gate_.open();
  EXPECT_EQ(call_.get(), negatives(items));

  const PoolStats stats = pool().stats();
  EXPECT_EQ(stats.finished, static_cast<std::size_t>(items));
  EXPECT_EQ(stats.queued + stats.running + stats.failed + stats.lost, 0u);
  EXPECT_EQ(stats.workers.size(), 4u);
  EXPECT_EQ(pool().processes(), 4);
  EXPECT_EQ(pool().workers().size(), 4u);
  EXPECT_EQ(pool().map(negative, numbers(1000)), negatives(1000));
}

TEST_F(HeldUpHosts, TwoOfThreeMayBeLost) {
  make_pool({.processes = 2});
  kill_agent(2);
  kill_agent(0);
  gate_.open();
  EXPECT_EQ(call_.get(), negatives(items));
  EXPECT_EQ(pool().processes(), 2);
}

TEST_F(HeldUpHosts, WhenAllAreLostThePoolSaysSo) {
  make_pool({.processes = 2});
  for (const std::size_t host : {0U, 1U, 2U}) kill_agent(host);
  for (const bool is_later : {false, true}) {
    try {
      is_later ? static_cast<void>(pool().apply(negative, 1)) : static_cast<void>(call_.get());
      FAIL();
    } catch (const BrokenPool& error) {
      EXPECT_TRUE(contains(error.what(), "all its hosts are lost")) << error.what();
    }
  }
  EXPECT_TRUE(pool().workers().empty());
  EXPECT_EQ(pool().stats().failed, static_cast<std::size_t>(items));
}

// Its workers run on: what they answer comes to nobody.
TEST_F(HeldUpHosts, AnAgentThatIsStoppedForTooLongIsLostAndEndsWhenItGoesOn) {
  make_pool({.processes = 2, .host_timeout = 500ms});
  const pid_t agent = pool().agents()[1];
  kill(agent, SIGSTOP);
  gate_.open();
  EXPECT_EQ(call_.get(), negatives(items));
  EXPECT_EQ(pool().processes(), 4);
  kill(agent, SIGCONT);
  EXPECT_TRUE(ends_within(agent, 10s * patience));

  EXPECT_EQ(pool().map(negative, numbers(1000)), negatives(1000));
  const PoolStats stats = pool().stats();
  EXPECT_EQ(stats.finished, static_cast<std::size_t>(items) + 1000u);
  EXPECT_EQ(stats.queued + stats.running + stats.failed + stats.lost, 0u);
}

TEST_F(HeldUpHosts, AnAgentThatStaysStoppedIsKilledAtTheEnd) {
  make_pool({.processes = 2, .host_timeout = 500ms});
  const pid_t agent = pool().agents()[1];
  kill(agent, SIGSTOP);
  gate_.open();
  EXPECT_EQ(call_.get(), negatives(items));
  pool_.reset();
  EXPECT_FALSE(is_alive(agent));
}

TEST_F(HeldUpHosts, AnAgentThatIsStoppedForLessIsNotLost) {
  make_pool({.processes = 2, .host_timeout = 30s * patience});
  const pid_t agent = pool().agents()[1];
  kill(agent, SIGSTOP);
  auto other = pool().apply_async(negative, 3);
  kill(agent, SIGCONT);
  gate_.open();
  EXPECT_EQ(call_.get(), negatives(items));
  EXPECT_EQ(other.get(), -3);
  EXPECT_EQ(pool().workers().size(), 6u);
}

TEST(LostHosts, CostTheirItemsIfTheyAreToFail) {
  constexpr int items = 60;
  const NamedEvents begun;
  NamedGate gate;
  PoolOnHosts pool(3, {.processes = 2, .lost_hosts = LostHosts::fail});
  std::vector<Outcome<int>> outcomes;
  std::jthread caller(
      [&] { outcomes = pool.try_map(partial(negative_at_gate, begun.path(), gate.path()), numbers(items), 1); });
  begun.wait_for(6);
  kill(pool.agents()[0], SIGKILL);
  EXPECT_TRUE(ends_within(pool.agents()[0], 10s * patience));
  EXPECT_TRUE(eventually([&] { return pool.processes() == 4; }));
  gate.open();
  caller.join();

  std::size_t lost = 0;
  ASSERT_EQ(outcomes.size(), static_cast<std::size_t>(items));
  for (int number = 0; number != items; ++number) {
    const Outcome<int>& outcome = outcomes[static_cast<std::size_t>(number)];
    if (outcome) {
      EXPECT_EQ(outcome.value(), -number);
    } else {
      ++lost;
      const WorkerLost* const error = outcome.error_as<WorkerLost>();
      ASSERT_NE(error, nullptr) << outcome.message();
      EXPECT_EQ(error->index(), static_cast<std::size_t>(number));
      EXPECT_TRUE(contains(error->what(), "host1") && contains(error->what(), "lost")) << error->what();
    }
  }
  EXPECT_GE(lost, 2u) << "those that ran";
  EXPECT_LE(lost, 4u) << "and those in store";
  const PoolStats stats = pool.stats();
  EXPECT_EQ(stats.lost, lost);
  EXPECT_EQ(stats.finished, items - lost);
}

TEST(LostHosts, AnItemThatKillsItsHostsIsGivenUpAndNoOther) {
  PoolOnHosts pool(5, {.processes = 1});
  const auto outcomes = pool.try_map(partial(kill_agent_at, 7), numbers(40), 1);
  for (int number = 0; number != 40; ++number) {
    const Outcome<int>& outcome = outcomes[static_cast<std::size_t>(number)];
    if (number == 7) {
      const WorkerLost* const error = outcome.error_as<WorkerLost>();
      ASSERT_NE(error, nullptr) << outcome.message();
      EXPECT_EQ(error->index(), 7u);
      EXPECT_TRUE(contains(error->what(), "3 hosts that were lost")) << error->what();
    } else {
      ASSERT_TRUE(outcome) << number << ": " << outcome.message();
      EXPECT_EQ(outcome.value(), -number);
    }
  }
  EXPECT_EQ(pool.processes(), 2);
}

// Short items travel many at a time: those that have only travelled with it are not given up.
TEST(LostHosts, AmongShortItemsNoOtherIsGivenUpEither) {
  PoolOnHosts pool(5, {.processes = 1});
  EXPECT_EQ(pool.map(partial(kill_agent_at, -1), numbers(50'000)), negatives(50'000));
  const auto outcomes = pool.try_map(partial(kill_agent_at, 700), numbers(2000));
  std::size_t given_up = 0;
  for (int number = 0; number != 2000; ++number) {
    const Outcome<int>& outcome = outcomes[static_cast<std::size_t>(number)];
    if (outcome) {
      EXPECT_EQ(outcome.value(), -number);
    } else {
      ++given_up;
      EXPECT_NE(outcome.error_as<WorkerLost>(), nullptr) << outcome.message();
    }
  }
  EXPECT_EQ(given_up, 1u);
  EXPECT_FALSE(outcomes[700]);
}

}  // namespace
}  // namespace multiprocessing::tests::lost_hosts_test
