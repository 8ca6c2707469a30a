// SPDX-License-Identifier: MIT
#include <multiprocessing/barrier.hpp>
#include <multiprocessing/errors.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <stdexcept>
#include <thread>

#include "support/crew.hpp"
#include "support/shared.hpp"
#include "support/soak_setting.hpp"

namespace multiprocessing::tests::barrier_soak_test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t parties = 4;

using Lives = std::array<std::atomic<std::size_t>, parties>;  // by place; from 1

struct Rounds {
  std::atomic<std::uint64_t> passed;
  std::array<std::atomic<int>, parties> came;  // since the last action, by what wait() gave
  std::atomic<std::size_t> broken;
  Lives arrived;           // last in its place
  Lives reaped;            // likewise
  bool somebody_gives_up;  // which hides whether a death is noticed
};
std::array<std::size_t, parties> reaped_before;  // this process called wait()

// By the last that arrives. Nobody else is on its way between two rounds, so all of the last one have been counted.
void act(Rounds& rounds) {
  for (std::size_t place = 0; place != parties; ++place) {
    EXPECT_TRUE(rounds.arrived[place] != reaped_before[place]) << "a dead one is counted as one that came";
  }
  for (auto& times : rounds.came) times = 0;
  if (++rounds.passed % 50 == 0) throw std::domain_error("the action gives up");
}

void meet(Member& member, std::size_t place, Barrier& barrier, Rounds& rounds) {
  while (member.begins("wait")) {
    if (member.random() % 2 == 0) std::this_thread::sleep_for(std::chrono::microseconds(member.random() % 500));
    std::copy(rounds.reaped.begin(), rounds.reaped.end(), reaped_before.begin());
    rounds.arrived[place] = member.life + 1;
    try {
      const bool gives_up = rounds.somebody_gives_up && member.random() % 8 == 0;
      const int index = gives_up ? barrier.wait(std::chrono::microseconds(member.random() % 3'000)) : barrier.wait();
      ASSERT_GE(index, 0);
      ASSERT_LT(index, static_cast<int>(parties));
      ASSERT_EQ(rounds.came[static_cast<std::size_t>(index)]++, 0) << "two were given the same number";
    } catch (const BrokenBarrierError&) {
      ++rounds.broken;
      std::this_thread::sleep_for(100us);  // until somebody resets it
    } catch (const std::domain_error&) {
    }
  }
}

TEST(Soak, BarriersPassOrBreak) {
  soak_for_a_share("Barrier", [](std::uint64_t seed) {
    const Shared<Rounds> rounds;
    Barrier barrier(static_cast<int>(parties), [&] { act(*rounds); });
    rounds->somebody_gives_up = seed % 2 == 0;
    std::vector<Crew::Work> works;
    for (std::size_t place = 0; place != parties; ++place) {
      works.push_back([&, place](Member& member) { meet(member, place, barrier, *rounds); });
    }
    works.push_back([&](Member& member) {
      while (member.begins("reset")) {
        if (barrier.broken()) barrier.reset();
        (void)barrier.n_waiting();
        std::this_thread::sleep_for(std::chrono::microseconds(member.random() % 500));
      }
    });
    Crew crew(seed, std::move(works));
    crew.on_reaped = [&](std::size_t place, std::size_t life) {
      if (place != parties) rounds->reaped[place] = life + 1;
    };
    for (int times = 0; times != 2 && !HasFailure(); ++times) {
      crew.shoot(200ms);
      crew.expect_steps();
    }
    crew.tell_to_leave(parties, 1);
    crew.expect_end(parties, 1);
    crew.tell_to_leave(0, parties);
    barrier.abort();
    crew.expect_end(0, parties);
    ASSERT_TRUE(barrier.broken());
    EXPECT_THROW(barrier.wait(), BrokenBarrierError);
    EXPECT_GT(rounds->passed, 0U);
    std::printf("%zu deaths, %zu rounds, %zu times told that it is broken\n", crew.deaths(),
                static_cast<std::size_t>(rounds->passed), rounds->broken.load());
  });
}

}  // namespace
}  // namespace multiprocessing::tests::barrier_soak_test
