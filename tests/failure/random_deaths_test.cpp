// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <signal.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>

#include "support/deadline.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::random_deaths_test {
namespace {

constexpr std::size_t items = 300;
std::array<std::atomic<int>, items>* runs = nullptr;

bool is_doomed(std::uint64_t seed, std::size_t index) { return random_stream(seed, index)() % 5 == 0; }

// Dies or answers with text of a size that is drawn, from nothing to several rings.
std::string live_or_die(std::uint64_t seed, int number) {
  const auto index = static_cast<std::size_t>(number);
  ++runs->at(index);
  if (is_doomed(seed, index)) raise(SIGKILL);
  RandomStream stream = random_stream(seed, index);
  stream.discard(1);
  return std::string(stream() % 100 == 0 ? 1'000'000 : stream() % 1000, 'x');
}

TEST(RandomDeaths, CostTheDoomedItemsAndNoOthers) {
  const Shared<std::array<std::atomic<int>, items>> shared;
  runs = shared.get();
  std::vector<int> numbers(items);
  for (std::size_t index = 0; index != items; ++index) numbers[index] = static_cast<int>(index);

  for (const int workers : {1, 2, 5}) {
    Pool pool(workers);
    for (std::uint64_t seed = 0; seed != (patience == 1 ? 4 : 1); ++seed) {
      for (const long chunksize : {1L, 13L, 1000L}) {
        const auto outcomes = pool.try_map(partial(live_or_die, seed), numbers, chunksize);
        for (std::size_t index = 0; index != items; ++index) {
          ASSERT_EQ((*runs)[index].exchange(0), 1) << "item " << index << ", seed " << seed;
          ASSERT_EQ(static_cast<bool>(outcomes[index]), !is_doomed(seed, index)) << outcomes[index].message();
          if (outcomes[index]) continue;
          ASSERT_NE(outcomes[index].error_as<WorkerLost>(), nullptr) << outcomes[index].message();
          ASSERT_EQ(outcomes[index].error_as<WorkerLost>()->index(), index);
        }
      }
    }
  }
}

std::atomic<int>* present = nullptr;

// Returns when all workers are in it at once.
void meet(int workers) {
  ++*present;
  while (present->load() % workers != 0) std::this_thread::yield();
}

// Each task shoots at a worker that is not its own: whoever is hit, it is one clean error, and nobody hangs.
TEST(RandomDeaths, WorkersMayKillEachOther) {
  const Shared<std::atomic<int>> shared;
  present = shared.get();
  for (const int workers : {2, 5}) {
    *present = 0;
    Pool pool(workers);
    for (int round = 0; round != 20; ++round) {
      // All are up: to kill three while they start would break the pool.
      pool.map(meet, std::vector<int>(static_cast<std::size_t>(workers), workers), 1);
      std::vector<pid_t> targets = pool.worker_pids();
      ASSERT_EQ(targets.size(), static_cast<std::size_t>(workers));
      targets.resize(2);
      const auto outcomes = pool.try_map([](pid_t target) { kill(target, SIGKILL); }, targets, 1);
      for (const auto& outcome : outcomes) {
        EXPECT_TRUE(outcome || outcome.error_as<WorkerLost>() != nullptr) << outcome.message();
      }
      EXPECT_EQ(pool.apply([] { return 1; }), 1);
    }
  }
}

}  // namespace
}  // namespace multiprocessing::tests::random_deaths_test
