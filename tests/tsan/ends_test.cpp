// SPDX-License-Identifier: MIT
#include "support/deadline.hpp"
#include "tsan/threaded_workers.hpp"

#include <multiprocessing/errors.hpp>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <string>
#include <vector>

namespace multiprocessing::tests::ends_test {
namespace {

long twice(long number) { return 2 * number; }
std::string text_of(long number) { return std::string(static_cast<std::size_t>(number), 'x'); }

std::string same(std::string text) { return text; }

// Waits for the call: each of its items has its value or was withdrawn.
template <class R>
void expect_whole_or_withdrawn(detail::ByteAnswers<R>& answers, const std::vector<R>& values) {
  answers.call().wait(detail::Call::Until::all_ended, 0, detail::never);
  ASSERT_EQ(answers.size(), values.size());
  for (std::size_t index = 0; index != values.size(); ++index) {
    auto outcome = answers.take(index);
    if (outcome) {
      ASSERT_EQ(outcome.value(), values[index]);
    } else {
      ASSERT_THROW(std::rethrow_exception(outcome.error()), CancelledError);
    }
  }
}

class Ends : public BetweenThreads {};

TEST_P(Ends, WithdrawalWhileWorkersRunEndsEachItemOnce) {
  ThreadedWorkers pool(spin());
  const std::vector<long> items(300, 1);

  for (std::size_t round = 0; round != 60; ++round) {
    const auto doomed = pool.begin(twice, items, 1 + round % 9);
    const auto kept = pool.begin(twice, items, 5);
    if (round % 3 != 0) std::this_thread::yield();
    doomed->call().withdraw();

    expect_whole_or_withdrawn(*doomed, std::vector<long>(300, 2));
    kept->call().wait(detail::Call::Until::all_ended, 0, detail::never);
    ASSERT_EQ(kept->take_values(), std::vector<long>(300, 2));
  }
  ASSERT_EQ(pool.stats().queued, 0U);
}

TEST_P(Ends, WithdrawalOfWhatIsBeingStreamedLeavesTheChannelInOrder) {
  ThreadedWorkers pool(spin());
  std::vector<std::string> texts;
  for (const long size : {10'000, 20, 5'000, 30'000, 100, 9'000, 1, 4'096}) texts.push_back(text_of(size));

  for (std::size_t round = 0; round != 40; ++round) {
    std::vector<std::shared_ptr<detail::ByteAnswers<std::string>>> calls;
    for (int call = 0; call != 3; ++call) calls.push_back(pool.begin(same, texts, 1));
    if (round % 4 == 0) calls[0]->call().wait(detail::Call::Until::item_ended, 0, detail::never);
    calls[round % 3]->call().withdraw();

    for (const auto& call : calls) expect_whole_or_withdrawn(*call, texts);
  }
}

TEST_P(Ends, ALoopThatIsLeftEarlyTakesBackTheRest) {
  ThreadedWorkers pool(spin());
  std::vector<long> numbers(1000);
  std::iota(numbers.begin(), numbers.end(), 0L);

  for (int round = 0; round != 100; ++round) {
    long taken = 0;
    for (const long value : pool.imap(twice, numbers, 1 + round % 4)) {
      ASSERT_EQ(value, 2 * taken);
      if (++taken == round % 20) break;
    }
  }
}

TEST_P(Ends, CallbacksRunInTheirThreadWhileNobodyWaits) {
  std::atomic<long> sum = 0;
  std::atomic<long> called = 0;
  {
    ThreadedWorkers pool(spin());
    for (long number = 0; number != 400; ++number) {
      pool.apply_async(twice, number).callback([&](const long& value) {
        sum += value;
        ++called;
      });
      if (number % 100 == 0) {
        ASSERT_EQ(pool.apply(twice, 21L), 42);
      }
    }
    pool.close();
    pool.join();
  }

  EXPECT_EQ(called, 400);
  EXPECT_EQ(sum, 400 * 399);
}

TEST_P(Ends, ResultsThatNobodyWaitsForAreThereInTheEnd) {
  ThreadedWorkers pool(spin());
  std::vector<AsyncResult<std::string>> results;
  for (long size = 0; size != 500; ++size) results.push_back(pool.apply_async(text_of, size));

  ASSERT_TRUE(eventually(
      [&] { return std::all_of(results.begin(), results.end(), [](const auto& result) { return result.ready(); }); }));

  for (std::size_t size = 0; size != results.size(); ++size) ASSERT_EQ(results[size].get().size(), size);
}

TEST_P(Ends, ResultsOutliveThePoolThatIsClosed) {
  for (int round = 0; round != 25; ++round) {
    std::vector<AsyncResult<long>> results;
    {
      ThreadedWorkers pool(spin(), 1 + round % 3);
      for (long number = 0; number != 20; ++number) results.push_back(pool.apply_async(twice, number));
    }
    for (long number = 0; number != 20; ++number)
      ASSERT_EQ(results[static_cast<std::size_t>(number)].get(), 2 * number);
  }
}

TEST_P(Ends, ThreadsThatWaitGetTheirAnswersWhileThePoolIsClosedAndJoined) {
  for (int round = 0; round != 15; ++round) {
    ThreadedWorkers pool(spin());
    std::vector<std::thread> waiting;
    for (long thread = 0; thread != 3; ++thread) {
      waiting.emplace_back([thread, result = pool.map_async(twice, std::vector<long>(50, thread))]() mutable {
        ASSERT_EQ(result.get(), std::vector<long>(50, 2 * thread));
      });
    }
    pool.close();
    pool.join();
    for (std::thread& thread : waiting) thread.join();
  }
}

TEST_P(Ends, WorkersThatLeaveInOrderAreReplacedWhileWorkGoesOn) {
  ThreadedWorkers pool(spin(), 2, 3);
  std::vector<long> items(300);
  std::iota(items.begin(), items.end(), 0);

  const std::vector<std::string> texts = pool.map(text_of, items, 10);

  for (std::size_t size = 0; size != texts.size(); ++size) ASSERT_EQ(texts[size].size(), size);
  std::size_t starts = 0;
  for (const auto& worker : pool.stats().workers) starts += worker.starts;
  EXPECT_GE(starts, items.size() / 3);
}

MULTIPROCESSING_BETWEEN_THREADS(Ends);

}  // namespace
}  // namespace multiprocessing::tests::ends_test
