// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <memory>
#include <random>
#include <set>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

// Whatever ends a worker or a pool, whoever waits for its results in an AsCompleted is told of each once.
namespace multiprocessing::tests::awaited_results_test {
namespace {

using namespace std::chrono_literals;

struct Seen {
  Event begun;
  std::atomic<bool> starts_fail = false;
};
Seen* seen = nullptr;

int same(int number) { return number; }
int wait_forever(int) {
  seen->begun.happen();
  while (true) pause();
}
int dies_sometimes(int number) {
  if (number % 7 == 3) raise(SIGKILL);
  return number;
}

enum class Way { the_waiter_collects, beside_threads, by_a_descriptor };

class AwaitedResults : public ::testing::TestWithParam<Way> {
 protected:
  AwaitedResults() {
    seen = shared_.get();
    if (has_long_one()) results.add(threads_.apply_async([this] { return opened_.wait(), -1; }));
    if (GetParam() == Way::by_a_descriptor) results.fileno();
  }
  ~AwaitedResults() override { open_.set_value(); }

  // All but the result that only the destructor lets end.
  std::size_t size() const { return results.size() - (has_long_one() ? 1 : 0); }
  Outcome<int> next() {
    if (GetParam() != Way::by_a_descriptor) return results.next(20s * patience);
    EXPECT_EQ(multiprocessing::wait({results.fileno()}, 20s * patience).size(), 1U);
    return results.next(0s);
  }
  template <class Error>
  void expect_rest_ends_with() {
    while (size() != 0) {
      const Outcome<int> outcome = next();
      EXPECT_NE(outcome.error_as<Error>(), nullptr) << outcome.index() << outcome.message();
    }
  }

 private:
  static bool has_long_one() { return GetParam() == Way::beside_threads; }

  Shared<Seen> shared_;
  std::promise<void> open_;
  std::shared_future<void> opened_ = open_.get_future();
  ThreadPool threads_{1};

 protected:
  AsCompleted<int> results;
};

TEST_P(AwaitedResults, OfAWorkerThatIsKilledSaySo) {
  Pool pool(1);
  results.add(pool.apply_async(wait_forever, 0));
  results.add(pool.apply_async(same, 7));
  seen->begun.wait();

  kill(pool.worker_pids().at(0), SIGKILL);

  const Outcome<int> lost = next();
  ASSERT_NE(lost.error_as<WorkerLost>(), nullptr) << lost.message();
  EXPECT_EQ(lost.error_as<WorkerLost>()->signal(), SIGKILL);
  EXPECT_EQ(next().value(), 7);
}

TEST_P(AwaitedResults, ComeOnceEachWhileWorkersDie) {
  Pool pool(3);
  std::size_t lost = 0;
  for (int number = 0; number != 100; ++number) results.add(pool.apply_async(dies_sometimes, number));
  while (size() != 0) {
    if (next().error_as<WorkerLost>() != nullptr) ++lost;
  }
  EXPECT_EQ(lost, 14U);
}

TEST_P(AwaitedResults, ComeOnceEachWhileWorkersAreKilledAtAnyMoment) {
  Pool pool(2);
  for (int number = 0; number != 1000; ++number) results.add(pool.apply_async(same, number));
  std::atomic<int> given_out = 0;
  std::thread killer([&] {
    std::mt19937 random(2026);
    for (int after = 50; after < 800; after += 50) {
      for (int now = given_out; now < after; now = given_out) given_out.wait(now);
      const std::vector<pid_t> workers = pool.worker_pids();
      if (!workers.empty()) kill(workers[random() % workers.size()], SIGKILL);
    }
  });
  std::set<std::size_t> indices;
  while (size() != 0) {
    const Outcome<int> outcome = next();
    const bool is_lost = outcome.error_as<WorkerLost>() != nullptr || outcome.error_as<BrokenPool>() != nullptr;
    EXPECT_TRUE(outcome || is_lost) << outcome.message();
    EXPECT_TRUE(indices.insert(outcome.index()).second);
    ++given_out;
    given_out.notify_one();
  }
  killer.join();
  EXPECT_EQ(indices.size(), 1000U);
}

TEST_P(AwaitedResults, OfAPoolThatIsTerminatedSaySo) {
  Pool pool(1);
  for (int number = 0; number != 50; ++number) results.add(pool.apply_async(wait_forever, number));

  const std::jthread terminates([&] {
    seen->begun.wait();
    pool.terminate();
  });

  expect_rest_ends_with<CancelledError>();
}

TEST_P(AwaitedResults, OfAPoolThatIsDestroyedSaySo) {
  auto pool = std::make_unique<Pool>(1);
  for (int number = 0; number != 50; ++number) results.add(pool->apply_async(wait_forever, number));

  const std::jthread destroys([&] {
    seen->begun.wait();
    pool.reset();
  });

  expect_rest_ends_with<CancelledError>();
}

TEST_P(AwaitedResults, OfAPoolThatBreaksSaySo) {
  const auto initializer = [] {
    if (seen->starts_fail) _exit(1);
  };
  Pool pool({.processes = 1, .initializer = initializer});
  for (int number = 0; number != 50; ++number) results.add(pool.apply_async(wait_forever, number));
  seen->begun.wait();

  seen->starts_fail = true;
  kill(pool.worker_pids().at(0), SIGKILL);

  const Outcome<int> first = next();
  EXPECT_TRUE(first.error_as<WorkerLost>() != nullptr || first.error_as<BrokenPool>() != nullptr) << first.message();
  expect_rest_ends_with<BrokenPool>();
}

TEST_P(AwaitedResults, OfALostForkServerSaySo) {
  Pool pool(1);
  for (int number = 0; number != 50; ++number) results.add(pool.apply_async(wait_forever, number));
  seen->begun.wait();

  kill(children_of(getpid()).at(0), SIGKILL);

  expect_rest_ends_with<BrokenPool>();
}

TEST_P(AwaitedResults, OfAnItemThatOutrunsItsTimeSaySo) {
  Pool pool(1);
  results.add(pool.with({.timeout = 20ms}).apply_async(wait_forever, 0));
  results.add(pool.apply_async(same, 7));

  EXPECT_NE(next().error_as<DeadlineExceeded>(), nullptr);
  EXPECT_EQ(next().value(), 7);
}

TEST_P(AwaitedResults, OfWorkThatIsStoppedOrCancelledSaySo) {
  Pool pool(1);
  std::stop_source stop;
  results.add(pool.apply_async(wait_forever, 0));
  for (int number = 0; number != 50; ++number) {
    results.add(pool.with({.stop = stop.get_token()}).apply_async(same, number));
  }
  const std::jthread stops([&] {
    seen->begun.wait();
    stop.request_stop();
  });
  while (size() != 1) EXPECT_NE(next().error_as<CancelledError>(), nullptr);

  if (GetParam() == Way::beside_threads) {
    EXPECT_THROW(results.cancel(Running::kill), std::logic_error);
  } else {
    results.cancel(Running::kill);
  }

  expect_rest_ends_with<CancelledError>();
}

TEST_P(AwaitedResults, AreLeftToThemselvesWhenNobodyAwaitsThemAnyMore) {
  Pool pool(1);
  for (int number = 0; number != 50; ++number) results.add(pool.apply_async(wait_forever, number));
  seen->begun.wait();
  { const AsCompleted<int> dropped = std::move(results); }
  results = AsCompleted<int>();

  kill(pool.worker_pids().at(0), SIGKILL);

  pool.terminate();
  EXPECT_EQ(results.size(), 0U);
}

std::string name_of(const ::testing::TestParamInfo<Way>& way) {
  switch (way.param) {
    case Way::the_waiter_collects:
      return "WhereTheWaiterCollects";
    case Way::beside_threads:
      return "BesideThreads";
    case Way::by_a_descriptor:
      break;
  }
  return "ByADescriptor";
}
INSTANTIATE_TEST_SUITE_P(, AwaitedResults,
                         ::testing::Values(Way::the_waiter_collects, Way::beside_threads, Way::by_a_descriptor),
                         name_of);

}  // namespace
}  // namespace multiprocessing::tests::awaited_results_test
