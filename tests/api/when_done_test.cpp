// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>

#include "api/every_pool.hpp"

namespace multiprocessing::tests::when_done_test {
namespace {

using namespace std::chrono_literals;

int same(int number) { return number; }
int refuse(int number) { throw std::range_error("not " + std::to_string(number)); }

template <class P>
class WhenDone : public ::testing::Test {};
TYPED_TEST_SUITE(WhenDone, EveryPool, PoolNames);

TYPED_TEST(WhenDone, RunsOnceHoweverTheWorkEnds) {
  TypeParam pool(2);
  std::atomic<int> runs = 0;
  const auto count = [&] { ++runs; };

  EXPECT_EQ(pool.apply_async(same, 7).when_done(count).get(), 7);
  EXPECT_THROW(pool.apply_async(refuse, 7).when_done(count).get(), std::range_error);
  EXPECT_EQ(pool.map_async(same, {1, 2}).when_done(count).get(), (std::vector{1, 2}));
  pool.apply_async([] {}).when_done(count).get();
  EXPECT_EQ(pool.apply_async(same, 7).when_done({}).get(), 7);

  EXPECT_EQ(runs, 4);
}

TYPED_TEST(WhenDone, RunsAtOnceIfTheWorkHasEnded) {
  TypeParam pool(2);
  int runs = 0;
  auto result = pool.apply_async(same, 7);
  result.wait();

  result.when_done([&] { ++runs; }).when_done([&] { ++runs; });

  EXPECT_EQ(result.get(), 7);
  EXPECT_EQ(runs, 2);
}

TYPED_TEST(WhenDone, RunsWhenThePoolEndsBeforeTheWork) {
  std::promise<bool> successful;
  {
    TypeParam pool(1);
    auto sleeping = pool.apply_async([] { std::this_thread::sleep_for(10ms); });
    auto result = std::make_shared<AsyncResult<int>>(pool.apply_async(same, 7));
    result->when_done([result, &successful] { successful.set_value(result->successful()); });
  }
  (void)successful.get_future().get();
}

TYPED_TEST(WhenDone, MayTakeTheResult) {
  TypeParam pool(2);
  std::promise<int> taken;
  auto result = pool.apply_async(same, 7);

  result.when_done([&] { taken.set_value(result.get()); });

  EXPECT_EQ(taken.get_future().get(), 7);
}

TYPED_TEST(WhenDone, WhatItThrowsIsThrownByGet) {
  TypeParam pool(2);

  auto result = pool.apply_async(same, 7).when_done([] { throw std::domain_error("from the function"); });

  EXPECT_THROW(result.get(), std::domain_error);
}

TYPED_TEST(WhenDone, MayEndTheLifeOfItsResult) {
  TypeParam pool(2);
  for (int number = 0; number != 300; ++number) {
    std::promise<void> ended;
    auto result = std::make_unique<AsyncResult<int>>(pool.apply_async(same, number));
    if (number % 2 == 0) result->wait();

    result->when_done([&] {
      result.reset();
      ended.set_value();
    });

    ended.get_future().get();
  }
}

TYPED_TEST(WhenDone, BothCallbacksAreSetAtOnceAndMayEndTheLifeOfTheirResult) {
  TypeParam pool(2);
  for (int number = 0; number != 300; ++number) {
    std::promise<int> seen;
    const auto function = number % 3 == 0 ? refuse : same;
    auto result = std::make_unique<AsyncResult<int>>(pool.apply_async(function, number));
    if (number % 2 == 0) result->wait();

    result->callback(
        [&](int value) {
          result.reset();
          seen.set_value(value);
        },
        [&](const std::exception_ptr& error) {
          result.reset();
          seen.set_exception(error);
        });

    if (function == same) {
      EXPECT_EQ(seen.get_future().get(), number);
    } else {
      EXPECT_THROW(seen.get_future().get(), std::range_error);
    }
  }
}

TYPED_TEST(WhenDone, AnEmptyCallbackIsNotCalled) {
  TypeParam pool(2);

  EXPECT_EQ(pool.apply_async(same, 7).callback({}, {}).get(), 7);
  EXPECT_EQ(pool.apply_async(same, 7).callback(nullptr).error_callback(nullptr).get(), 7);
  EXPECT_THROW(pool.apply_async(refuse, 7).callback([](int) {}, nullptr).get(), std::range_error);
}

}  // namespace
}  // namespace multiprocessing::tests::when_done_test
