// SPDX-License-Identifier: MIT
#include <multiprocessing/barrier.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <deque>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::barrier_test {
namespace {

using namespace std::chrono_literals;

constexpr int parties = 5;

TEST(Barrier, IsPassedTogetherAThousandTimes) {
  Barrier barrier(parties);
  const Shared<std::array<std::atomic<int>, parties>> rounds;
  std::deque<ChildProcess> children;
  for (std::size_t party = 0; party != parties; ++party) {
    children.emplace_back([&, party] {
      for (int round = 0; round != 1'000; ++round) {
        rounds->at(party) = round;
        barrier.wait();
        for (const auto& other : *rounds) ASSERT_GE(other, round);
        barrier.wait();
      }
    });
  }
  for (ChildProcess& child : children) EXPECT_EQ(child.wait(30s * patience).exit_code, 0);
  EXPECT_FALSE(barrier.broken());
  EXPECT_EQ(barrier.n_waiting(), 0);
}

TEST(Barrier, GivesEachAnotherNumberAndRunsItsActionOnce) {
  const Shared<std::atomic<int>> runs;
  Barrier barrier(parties, [&] { ++*runs; });
  const Shared<std::array<std::atomic<int>, parties>> numbers;
  std::deque<ChildProcess> children;
  for (int party = 0; party != parties; ++party) {
    children.emplace_back([&] {
      const int number = barrier.wait();
      EXPECT_EQ(*runs, 1);
      ++numbers->at(static_cast<std::size_t>(number));
    });
  }
  for (ChildProcess& child : children) EXPECT_EQ(child.wait().exit_code, 0);
  for (const auto& number : *numbers) EXPECT_EQ(number, 1);
}

TEST(Barrier, ThatOneWaitsForTooLongIsBrokenForAll) {
  Barrier barrier(3);
  ChildProcess patient([&] { EXPECT_THROW(barrier.wait(), BrokenBarrierError); });
  while (barrier.n_waiting() != 1) std::this_thread::yield();
  EXPECT_THROW(barrier.wait(10ms), BrokenBarrierError);
  EXPECT_EQ(patient.wait().exit_code, 0);
  EXPECT_TRUE(barrier.broken());
  EXPECT_THROW(barrier.wait(), BrokenBarrierError);
  barrier.reset();
  EXPECT_FALSE(barrier.broken());
  EXPECT_THROW(barrier.wait(-1s), BrokenBarrierError);
}

TEST(Barrier, HasATimeoutOfItsOwn) {
  Barrier barrier(2, {}, 10ms);
  EXPECT_THROW(barrier.wait(), BrokenBarrierError);
}

TEST(Barrier, OfALongTimeoutWaits) {
  for (const Barrier& barrier : {Barrier(2, {}, std::chrono::hours::max()), Barrier(2, {}, 1e300s)}) {
    ChildProcess child([&] { barrier.wait(); });
    while (barrier.n_waiting() != 1 && !barrier.broken()) std::this_thread::yield();
    EXPECT_EQ(barrier.wait(), 1);
    EXPECT_EQ(child.wait().exit_code, 0);
  }
}

TEST(Barrier, AbortAndResetEndThoseThatWait) {
  Barrier barrier(2);
  for (const bool abort : {true, false}) {
    ChildProcess child([&] { EXPECT_THROW(barrier.wait(), BrokenBarrierError); });
    while (barrier.n_waiting() != 1) std::this_thread::yield();
    if (abort) {
      barrier.abort();
      EXPECT_TRUE(barrier.broken());
      EXPECT_EQ(child.wait().exit_code, 0);
    }
    barrier.reset();
    EXPECT_EQ(child.wait().exit_code, 0);
    EXPECT_FALSE(barrier.broken());
  }
}

TEST(Barrier, IsBrokenByAbortHoweverFastItsRoundsPass) {
  std::atomic<int> rounds = 0;
  std::atomic<bool> enough = false;
  Barrier barrier(1, [&] {  // busy, so that abort() has to wait for it
    for (const auto end = std::chrono::steady_clock::now() + 20us; std::chrono::steady_clock::now() < end;) continue;
    ++rounds;
  });
  std::thread passing([&] {
    while (!enough) {
      try {
        barrier.wait();
      } catch (const BrokenBarrierError&) {
        std::this_thread::yield();
      }
    }
  });
  for (int times = 0; times != 20; ++times) {
    for (const int before = rounds; rounds == before;) std::this_thread::yield();
    barrier.abort();
    EXPECT_TRUE(barrier.broken());
    barrier.reset();
  }
  enough = true;
  passing.join();
}

// Whoever sleeps while others pass it many times has passed it, too.
TEST(Barrier, IsNotBrokenForOneThatComesBackLate) {
  Barrier barrier(2);
  std::atomic<bool> enough = false;
  std::vector<std::thread> threads;
  for (int index = 0; index != 8; ++index) {
    threads.emplace_back([&] {
      try {
        while (!enough) barrier.wait();
      } catch (const BrokenBarrierError&) {
        EXPECT_TRUE(enough);
      }
    });
  }
  std::this_thread::sleep_for(1s);
  enough = true;
  barrier.abort();
  for (std::thread& thread : threads) thread.join();
}

TEST(Barrier, IsBrokenByAbortAlsoWhenARoundEndsMeanwhile) {
  const Shared<std::atomic<bool>> acts;
  const Shared<std::atomic<pid_t>> aborter;
  Barrier barrier(1, [&] {
    *acts = true;
    while (describe_process(*aborter).find(", S)") == std::string::npos) std::this_thread::yield();
  });
  ChildProcess child([&] {
    *aborter = getpid();
    while (!*acts) std::this_thread::yield();
    barrier.abort();  // sleeps until the action has ended
  });
  while (*aborter == 0) std::this_thread::yield();
  try {
    barrier.wait();
  } catch (const BrokenBarrierError&) {  // the action took longer than abort() waits for it
  }
  EXPECT_EQ(child.wait().exit_code, 0);
  EXPECT_TRUE(barrier.broken());
}

TEST(Barrier, AnActionThatThrowsBreaksIt) {
  Barrier barrier(2, [] { throw std::range_error("the action"); });
  ChildProcess child([&] { EXPECT_THROW(barrier.wait(), BrokenBarrierError); });
  while (barrier.n_waiting() != 1) std::this_thread::yield();
  EXPECT_THROW(barrier.wait(), std::range_error);
  EXPECT_EQ(child.wait().exit_code, 0);
}

TEST(Barrier, IsBrokenByOneThatHasNoDescriptorToWaitWith) {
  if (patience != 1)
    GTEST_SKIP() << "clang's UndefinedBehaviorSanitizer looks at memory through descriptors of its own";
  Barrier barrier(2);
  const Shared<Event> has_failed;
  const Shared<Event> is_checked;
  ChildProcess child([&] {
    const rlimit none{3, 3};
    setrlimit(RLIMIT_NOFILE, &none);
    EXPECT_THROW(barrier.wait(), std::system_error);
    has_failed->happen();
    is_checked->wait();
  });
  has_failed->wait();
  EXPECT_THROW(barrier.wait(), BrokenBarrierError);
  is_checked->happen();
  EXPECT_EQ(child.wait().exit_code, 0);
}

TEST(Barrier, OfOnePartyIsAlwaysPassed) {
  Barrier barrier(1);
  EXPECT_EQ(barrier.wait(), 0);
  EXPECT_EQ(barrier.wait(-1s), 0);
  EXPECT_THROW(Barrier(0), std::invalid_argument);
}

// Whoever is killed, the first one that waits, one in the middle or the last: all others are told, also one that is the
// last to arrive.
class BarrierOf : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Parties, BarrierOf, ::testing::Values(4, 5));

TEST_P(BarrierOf, IsBrokenWhenOneThatWaitsIsKilled) {
  for (const int victim : {0, 1, 2}) {
    SCOPED_TRACE(victim);
    Barrier barrier(GetParam());
    std::deque<ChildProcess> children;
    for (int child = 0; child != 3; ++child) {
      children.emplace_back([&] { EXPECT_THROW(barrier.wait(), BrokenBarrierError); });
      while (barrier.n_waiting() != child + 1) std::this_thread::yield();
    }
    ChildProcess& dead = children[static_cast<std::size_t>(victim)];
    dead.kill(SIGKILL);
    EXPECT_EQ(dead.wait().signal, SIGKILL);
    EXPECT_THROW(barrier.wait(), BrokenBarrierError);
    for (int child = 0; child != 3; ++child) {
      if (child != victim) {
        EXPECT_EQ(children[static_cast<std::size_t>(child)].wait().exit_code, 0);
      }
    }
  }
}

TEST(Barrier, IsBrokenWhenItsActionIsKilled) {
  Barrier barrier(3, [] { raise(SIGKILL); });
  ChildProcess first([&] { EXPECT_THROW(barrier.wait(), BrokenBarrierError); });
  ChildProcess second([&] { EXPECT_THROW(barrier.wait(), BrokenBarrierError); });
  while (barrier.n_waiting() != 2) std::this_thread::yield();
  EXPECT_EQ(run_in_child([&] { barrier.wait(); }).signal, SIGKILL);
  EXPECT_EQ(first.wait().exit_code, 0);
  EXPECT_EQ(second.wait().exit_code, 0);
}

}  // namespace
}  // namespace multiprocessing::tests::barrier_test
