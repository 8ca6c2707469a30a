// SPDX-License-Identifier: MIT
#include "support/deadline.hpp"
#include "tsan/threaded_workers.hpp"

#include <multiprocessing/errors.hpp>

#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace multiprocessing::tests::item_options_test {
namespace {

using namespace std::chrono_literals;

long twice(long number) { return 2 * number; }

class ItemOptions : public BetweenThreads {};

TEST_P(ItemOptions, AStopFromAnotherThreadEndsEachItemOnce) {
  ThreadedWorkers pool(spin());
  const std::vector<long> items(200, 1);
  for (int round = 0; round != 60; ++round) {
    std::stop_source source;
    std::thread stopping([&] { source.request_stop(); });
    for (const auto& outcome : pool.with({.stop = source.get_token()}).try_map(twice, items, 1 + round % 9)) {
      if (!outcome) {
        ASSERT_NE(outcome.error_as<CancelledError>(), nullptr);
      }
    }
    (void)pool.with({.stop = source.get_token()}).map_async(twice, items);  // dropped while it may be stopped
    stopping.join();
  }
}

TEST_P(ItemOptions, CancelsFromTwoThreadsWhileAThirdWaits) {
  ThreadedWorkers pool(spin());
  for (int round = 0; round != 60; ++round) {
    auto first = pool.map_async(twice, std::vector<long>(100, 1), 1 + round % 5);
    auto second = pool.map_async(twice, std::vector<long>(100, 2));
    const auto cancel = [](auto& result) {
      const bool is_cancelled = result.cancel();
      try {
        result.get();
        ASSERT_FALSE(is_cancelled);
      } catch (const CancelledError&) {
      }
    };
    std::thread one([&] { cancel(first); });
    std::thread two([&] { cancel(second); });
    ASSERT_EQ(pool.map(twice, std::vector<long>(50, 3)), std::vector<long>(50, 6));
    one.join();
    two.join();
  }
}

// Each change of `running` is a swap then, and a stamp comes before it.
TEST_P(ItemOptions, TimesAreLookedAtWhileItemsRun) {
  ThreadedWorkers pool(spin());
  std::vector<AsyncResult<std::vector<long>>> results;
  for (int round = 0; round != 40; ++round) {
    results.push_back(pool.with({.timeout = 60s * patience}).map_async(twice, std::vector<long>(100, round)));
    ASSERT_EQ(pool.with({.timeout = 61s * patience}).apply(twice, 4L), 8);
    ASSERT_EQ(pool.apply(twice, 5L), 10);
  }
  for (long round = 0; round != 40; ++round) {
    ASSERT_EQ(results[static_cast<std::size_t>(round)].get(), std::vector<long>(100, 2 * round));
  }
}

MULTIPROCESSING_BETWEEN_THREADS(ItemOptions);

}  // namespace
}  // namespace multiprocessing::tests::item_options_test
