// SPDX-License-Identifier: MIT
#include <multiprocessing/delayed.hpp>
#include <multiprocessing/pool.hpp>
#include <multiprocessing/thread_pool.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "support/deadline.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::delayed_deaths_test {
namespace {

using namespace std::chrono_literals;

std::atomic<int>* deaths = nullptr;
Event* begun = nullptr;
Event* stopped = nullptr;

int plus_one(int number) { return number + 1; }
int sum(const std::vector<int>& numbers) { return std::accumulate(numbers.begin(), numbers.end(), 0); }
int die(int) { return raise(SIGKILL); }
int die_once(int number) { return ++*deaths == 1 ? raise(SIGKILL) : number; }
int die_sometimes(int number) { return number % 50 == 0 && ++*deaths <= 40 ? raise(SIGKILL) : number; }
int wait_for_ever(int) {
  begun->happen();
  while (true) pause();
}

class DelayedDeaths : public ::testing::Test {
 protected:
  DelayedDeaths() {
    deaths = deaths_.get();
    begun = begun_.get();
    stopped = stopped_.get();
  }
  static std::vector<int> thousand() {
    std::vector<int> numbers(1000);
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
  }

 private:
  Shared<std::atomic<int>> deaths_;
  Shared<Event> begun_;
  Shared<Event> stopped_;
};

TEST_F(DelayedDeaths, EndThoseThatNeedTheCallWithWorkerLostAndTheWay) {
  Pool pool(2);
  const auto lost = pool.delayed(die)(1).name("lost");
  const auto outcomes = try_compute(std::vector{pool.delayed(plus_one)(lost).name("user"), pool.delayed(plus_one)(1)});
  const auto* const error = outcomes[0].error_as<WorkerLost>();
  ASSERT_NE(error, nullptr) << outcomes[0].message();
  EXPECT_EQ(error->signal(), SIGKILL);
  EXPECT_NE(outcomes[0].message().find("in the delayed call 'lost', which 'user' needs"), std::string::npos)
      << outcomes[0].message();
  EXPECT_EQ(outcomes[1].value(), 2);
}

TEST_F(DelayedDeaths, OfACallWithRetriesCostNothing) {
  Pool pool(2);
  EXPECT_EQ(pool.delayed(plus_one)(pool.with({.retries = 1}).delayed(die_once)(6)).compute(), 7);
  *deaths = 0;
  const auto calls = pool.with({.retries = 40}).delayed(die_sometimes).map(pool.delayed(plus_one).map(thousand()));
  EXPECT_EQ(tree_reduce(pool.delayed(sum), calls).compute(), 500'500);
}

TEST_F(DelayedDeaths, OfManyWorkersCostTheirCallsOnly) {
  Pool pool(2);
  const auto calls = pool.delayed(die_sometimes).map(thousand());
  std::size_t lost = 0;
  for (const Outcome<int>& outcome : try_compute(calls)) {
    if (outcome) {
      EXPECT_EQ(outcome.value(), static_cast<int>(outcome.index()));
    } else {
      ++lost;
      EXPECT_NE(outcome.error_as<WorkerLost>(), nullptr) << outcome.message();
      EXPECT_EQ(outcome.index() % 50, 0U);
    }
  }
  EXPECT_EQ(lost, 20U);
}

TEST_F(DelayedDeaths, AtATimeoutEndThoseThatNeedTheCall) {
  Pool pool(2);
  const auto slow = pool.with({.timeout = 50ms}).delayed(wait_for_ever)(1).name("slow");
  const auto outcomes = try_compute(std::vector{pool.delayed(plus_one)(slow), pool.delayed(plus_one)(1)});
  EXPECT_NE(outcomes[0].error_as<DeadlineExceeded>(), nullptr) << outcomes[0].message();
  EXPECT_NE(outcomes[0].message().find("'slow'"), std::string::npos) << outcomes[0].message();
  EXPECT_TRUE(outcomes[1]);
}

TEST_F(DelayedDeaths, OfThePoolWhileItIsComputedCancelWhatIsLeft) {
  ThreadPool threads(1);
  for (const bool mixed : {false, true}) {
    Pool terminated(2);
    std::vector<Delayed<int>> calls{terminated.delayed(wait_for_ever)(1)};
    for (int count = 0; count != 100; ++count) calls.push_back(terminated.delayed(plus_one)(count));
    for (int count = 0; count != 100; ++count) calls.push_back(mixed ? threads.delayed(plus_one)(1) : calls[1]);
    std::jthread ender([&] {
      begun->wait();
      terminated.terminate();
    });
    const auto outcomes = try_compute(calls);
    EXPECT_NE(outcomes[0].error_as<CancelledError>(), nullptr) << outcomes[0].message();
    for (std::size_t index = 101; mixed && index != outcomes.size(); ++index) EXPECT_TRUE(outcomes[index]);
  }
}

TEST_F(DelayedDeaths, AStopFromOutsideEndsWhatHasNotBegun) {
  Pool pool(1);
  std::stop_source stop;
  auto stoppable = pool.with({.stop = stop.get_token()});
  const auto first = stoppable.delayed([](int) {
    begun->happen();
    stopped->wait();
    return 1;
  })(1);
  auto chain = stoppable.delayed(plus_one)(first);
  for (int count = 0; count != 1000; ++count) chain = stoppable.delayed(plus_one)(chain);
  std::jthread stopper([&] {
    begun->wait();
    stop.request_stop();
    stopped->happen();
  });
  const auto outcomes = try_compute(std::vector{chain, first, pool.delayed(plus_one)(1)});
  EXPECT_NE(outcomes[0].error_as<CancelledError>(), nullptr);
  EXPECT_EQ(outcomes[1].value(), 1);
  EXPECT_EQ(outcomes[2].value(), 2);
}

}  // namespace
}  // namespace multiprocessing::tests::delayed_deaths_test
