// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "api/every_pool.hpp"
#include "api/ranges.hpp"
#include "support/shared.hpp"

// What becomes of imap and its kin when a stop is requested, or the pool is terminated, while they read.
namespace multiprocessing::tests::lazy_stop_test {
namespace {

int twice(int number) { return 2 * number; }

struct Seen {
  std::size_t values = 0;
  std::size_t cancelled = 0;
  std::string other_errors = {};
  std::string message = {};  // of the last cancelled one
};

// Draws to the end; nothing may be thrown.
template <class Results>
Seen draw(Results& results) {
  Seen seen;
  std::vector<std::size_t> indices;
  for (const auto& outcome : results) {
    indices.push_back(outcome.index());
    if (outcome) {
      ++seen.values;
    } else if (outcome.template error_as<CancelledError>() != nullptr) {
      ++seen.cancelled;
      seen.message = outcome.message();
    } else {
      seen.other_errors += outcome.message() + '\n';
    }
  }
  std::sort(indices.begin(), indices.end());
  EXPECT_EQ(std::adjacent_find(indices.begin(), indices.end()), indices.end()) << "an item has two outcomes";
  EXPECT_THROW(results.next(), StopIteration);
  return seen;
}

template <class P>
class StoppedLazyCall : public ::testing::Test {
 protected:
  // Each of the try_ forms over an endless input.
  void with_each(const auto& test) {
    for (const long buffersize : {1L, 2L, 50L}) {
      {
        std::stop_source stop;
        ReadOnce input(ReadOnce::endless);
        auto results = pool_.with({.stop = stop.get_token()}).try_imap(twice, input, 1, buffersize);
        test(results, stop, input);
      }
      std::stop_source stop;
      ReadOnce input(ReadOnce::endless);
      auto results = pool_.with({.stop = stop.get_token()}).try_imap_unordered(twice, input, 3, buffersize);
      test(results, stop, input);
    }
    EXPECT_EQ(pool_.apply(twice, 2), 4) << "the pool itself goes on";
  }
  P pool_{2};
};
TYPED_TEST_SUITE(StoppedLazyCall, EveryPool, PoolNames);

TYPED_TEST(StoppedLazyCall, OfATryFormThatHasReadNothingIsEmpty) {
  this->with_each([](auto& results, std::stop_source& stop, ReadOnce& input) {
    stop.request_stop();
    const Seen seen = draw(results);
    EXPECT_EQ(seen.values + seen.cancelled, 0u);
    EXPECT_EQ(input.read(), 0);
  });
}

TYPED_TEST(StoppedLazyCall, OfATryFormGivesAnOutcomeForEachItemThatWasReadAndEnds) {
  this->with_each([](auto& results, std::stop_source& stop, ReadOnce& input) {
    for (int number = 0; number != 5; ++number) EXPECT_TRUE(results.next());
    const auto read = static_cast<std::size_t>(input.read()) + 1;  // the last one is not passed yet

    stop.request_stop();
    const Seen seen = draw(results);

    EXPECT_EQ(seen.values + seen.cancelled, read - 5);
    EXPECT_EQ(seen.other_errors, "");
    if (seen.cancelled != 0) {
      EXPECT_EQ(seen.message, "stop was requested before the work had begun");
    }
  });
}

TYPED_TEST(StoppedLazyCall, MayBeStoppedByAnotherThreadAtAnyMoment) {
  for (int round = 0; round != 20; ++round) {
    this->with_each([](auto& results, std::stop_source& stop, ReadOnce&) {
      std::jthread stopping([&] { stop.request_stop(); });
      EXPECT_EQ(draw(results).other_errors, "");
    });
  }
}

TYPED_TEST(StoppedLazyCall, ThatHasEndedStaysEnded) {
  std::stop_source stop;
  auto results = this->pool_.with({.stop = stop.get_token()}).try_imap(twice, numbers(10));
  EXPECT_EQ(draw(results).values, 10u);
  stop.request_stop();
  EXPECT_THROW(results.next(), StopIteration);
}

template <class P>
class TerminatedLazyCall : public ::testing::Test {};
TYPED_TEST_SUITE(TerminatedLazyCall, EveryPool, PoolNames);

// At least one outcome says so: an input that was not read to its end must not look as if it were.
TYPED_TEST(TerminatedLazyCall, OfATryFormGivesOutcomesOfWhatWasReadAndEnds) {
  for (const long buffersize : {1L, 2L, 50L}) {
    TypeParam pool(2);
    ReadOnce input(ReadOnce::endless);
    ReadOnce another(ReadOnce::endless);
    auto results = pool.try_imap(twice, input, 1, buffersize);
    auto unordered = pool.try_imap_unordered(twice, another, 3, buffersize);
    EXPECT_TRUE(results.next());
    EXPECT_TRUE(unordered.next());

    pool.terminate();

    for (const Seen& seen : {draw(results), draw(unordered)}) {
      EXPECT_GE(seen.cancelled, 1u);
      EXPECT_LE(seen.values + seen.cancelled, static_cast<std::size_t>(buffersize) + 3);
      EXPECT_NE(seen.message.find("terminated"), std::string::npos) << seen.message;
      EXPECT_EQ(seen.other_errors, "");
    }
  }
}

TYPED_TEST(TerminatedLazyCall, ThrowsForWhatWasReadAndEnds) {
  auto pool = std::make_unique<TypeParam>(2);
  auto results = pool->imap(twice, UpTo(1'000'000));
  EXPECT_EQ(results.next(), 0);

  pool.reset();

  int cancelled = 0;
  const auto draw_all = [&] {
    while (true) {
      try {
        results.next();
      } catch (const CancelledError&) {
        ++cancelled;
      }
    }
  };
  EXPECT_THROW(draw_all(), StopIteration);
  EXPECT_GE(cancelled, 1);
  EXPECT_LT(cancelled, 1000);
}

}  // namespace
}  // namespace multiprocessing::tests::lazy_stop_test
