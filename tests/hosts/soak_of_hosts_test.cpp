// SPDX-License-Identifier: MIT
// Workers and hosts are killed and stopped at random while a pool works.
#include <gtest/gtest.h>

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>

#include "hosts/pool_on_hosts.hpp"
#include "support/soak_setting.hpp"

namespace multiprocessing::tests::soak_of_hosts_test {
namespace {

using namespace std::chrono_literals;

int doubled_or_refused(int number) {
  if (number % 17 == 0) throw std::out_of_range("refused");
  if (number % 101 == 5) std::this_thread::sleep_for(3ms);
  return 2 * number;
}

// Kills workers now and then; each of three agents of the four once, by SIGKILL or by a stop that ends too late.
class Enemy {
 public:
  Enemy(PoolOnHosts& pool, unsigned seed) : pool_(pool), random_(seed) {}
  ~Enemy() {
    thread_.request_stop();
    thread_.join();
    for (const pid_t agent : stopped_) kill(agent, SIGCONT);
  }

 private:
  int below(int end) { return std::uniform_int_distribution(0, end - 1)(random_); }
  void fight(const std::stop_token& stop) {
    std::vector<pid_t> agents(pool_.agents().begin(), pool_.agents().end() - 1);
    while (!stop.stop_requested()) {
      std::this_thread::sleep_for(std::chrono::milliseconds((5 + below(60)) * patience));
      if (agents.empty()) continue;  // the last host has its peace: three failed starts in a row would break its pool
      if (below(10) == 0) {
        const bool only_stops = below(2) == 0;
        kill(agents.back(), only_stops ? SIGSTOP : SIGKILL);
        if (only_stops) stopped_.push_back(agents.back());
        agents.pop_back();
      } else if (const auto workers = pool_.workers(); !workers.empty()) {
        kill(workers[static_cast<std::size_t>(below(static_cast<int>(workers.size())))].second, SIGKILL);
      }
    }
  }

  PoolOnHosts& pool_;
  std::mt19937 random_;
  std::vector<pid_t> stopped_;
  std::jthread thread_{[this](const std::stop_token& stop) { fight(stop); }};
};

TEST(SoakOfHosts, EachItemEndsOnceWhateverHappensToThem) {
  const auto seed = static_cast<unsigned>(setting("MULTIPROCESSING_SOAK_SEED", std::random_device()()));
  SCOPED_TRACE("MULTIPROCESSING_SOAK_SEED=" + std::to_string(seed));
  const auto end = std::chrono::steady_clock::now() + soak_duration();
  PoolOnHosts pool(4, {.processes = 2, .host_timeout = 1s * patience});
  std::vector<int> numbers(300);
  for (std::size_t place = 0; place != numbers.size(); ++place) numbers[place] = static_cast<int>(place);
  std::size_t handed_in = 0;
  std::size_t lost = 0;
  const auto judge = [&](const Outcome<int>& outcome) {
    ++handed_in;
    const int number = static_cast<int>(outcome.index());
    if (outcome) {
      EXPECT_EQ(outcome.value(), 2 * number);
      EXPECT_NE(number % 17, 0);
      return;
    }
    try {
      std::rethrow_exception(outcome.error());
    } catch (const WorkerLost&) {
      ++lost;
    } catch (const std::out_of_range&) {
      EXPECT_EQ(number % 17, 0);
    } catch (...) {
      ADD_FAILURE() << describe(outcome.error());
    }
  };
  {
    const Enemy enemy(pool, seed);
    do {
      for (const Outcome<int>& outcome : pool.try_map(doubled_or_refused, numbers, 1)) judge(outcome);
      std::set<std::size_t> indices;
      for (const Outcome<int>& outcome : pool.try_imap_unordered(doubled_or_refused, numbers)) {
        EXPECT_TRUE(indices.insert(outcome.index()).second) << outcome.index();
        judge(outcome);
      }
      EXPECT_EQ(indices.size(), numbers.size());
    } while (std::chrono::steady_clock::now() < end && !HasFailure());
  }
  const PoolStats stats = pool.stats();
  EXPECT_EQ(stats.queued + stats.running, 0U);
  EXPECT_EQ(stats.finished + stats.failed + stats.lost, handed_in);
  EXPECT_EQ(stats.lost, lost);
}

}  // namespace
}  // namespace multiprocessing::tests::soak_of_hosts_test
