// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "api/every_pool.hpp"

namespace multiprocessing::tests::callbacks_test {
namespace {

using namespace std::chrono_literals;

int same(int number) { return number; }
int refuse(int number) { throw std::range_error("not " + std::to_string(number)); }

template <class P>
class Callbacks : public ::testing::Test {};
TYPED_TEST_SUITE(Callbacks, EveryPool, PoolNames);

TYPED_TEST(Callbacks, GetTheValueAndGetWaitsForThem) {
  TypeParam pool(2);
  int seen = 0;
  std::vector<int> seen_all;
  bool nothing_came = false;
  bool wrong = false;

  EXPECT_EQ(pool.apply_async(same, 7)
                .callback([&](const int& value) { std::this_thread::sleep_for(5ms), seen = value; })
                .error_callback([&](const std::exception_ptr&) { wrong = true; })
                .get(),
            7);
  pool.map_async(same, {1, 2, 3}).callback([&](const std::vector<int>& values) { seen_all = values; }).get();
  pool.apply_async([] {}).callback([&] { nothing_came = true; }).get();

  EXPECT_EQ(seen, 7);
  EXPECT_EQ(seen_all, (std::vector{1, 2, 3}));
  EXPECT_TRUE(nothing_came);
  EXPECT_FALSE(wrong);
}

TYPED_TEST(Callbacks, ErrorCallbacksGetTheError) {
  TypeParam pool(2);
  std::vector<std::string> errors;
  bool wrong = false;
  const auto note = [&](const std::exception_ptr& error) { errors.push_back(describe(error)); };

  EXPECT_THROW(pool.apply_async(refuse, 1).callback([&](int) { wrong = true; }).error_callback(note).get(),
               std::range_error);
  EXPECT_THROW(pool.map_async(refuse, {5, 6, 7}, 1).error_callback(note).get(), std::range_error);

  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[0].find("not 1"), 0u) << errors[0];
  EXPECT_EQ(errors[1].find("not 5"), 0u) << errors[1];
  EXPECT_FALSE(wrong);
}

TYPED_TEST(Callbacks, SetAfterTheEndTheyStillRunOnce) {
  TypeParam pool(2);
  std::atomic<int> runs = 0;
  auto result = pool.apply_async(same, 7);
  result.wait();

  result.callback([&](int) { ++runs; });
  result.callback([&](int) { ++runs; });

  EXPECT_EQ(result.get(), 7);
  EXPECT_EQ(runs, 2);
}

TYPED_TEST(Callbacks, RunAlthoughTheResultIsDropped) {
  TypeParam pool(2);
  std::promise<int> seen;

  pool.apply_async(same, 7).callback([&](int value) { seen.set_value(value); });

  EXPECT_EQ(seen.get_future().get(), 7);
}

TYPED_TEST(Callbacks, RunOneAtATimeInOneThreadThatIsNotTheCallers) {
  TypeParam pool(3);
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::atomic<int> inside = 0;
  std::atomic<bool> overlapped = false;
  std::vector<AsyncResult<int>> results;

  for (int number = 0; number != 200; ++number) {
    results.push_back(pool.apply_async(same, number).callback([&](int) {
      if (++inside != 1) overlapped = true;
      const std::lock_guard lock(mutex);
      threads.insert(std::this_thread::get_id());
      --inside;
    }));
  }
  for (auto& result : results) result.get();

  EXPECT_FALSE(overlapped);
  EXPECT_EQ(threads.size(), 1u);
  EXPECT_FALSE(threads.contains(std::this_thread::get_id()));
}

TYPED_TEST(Callbacks, RunInTheOrderInWhichResultsEnd) {
  TypeParam pool(1);
  std::vector<int> order;
  std::vector<AsyncResult<int>> results;

  for (int number = 0; number != 100; ++number) {
    results.push_back(pool.apply_async(same, number).callback([&](int value) { order.push_back(value); }));
  }
  for (auto& result : results) result.get();

  EXPECT_EQ(order, numbers(100));
}

TYPED_TEST(Callbacks, AnErrorOfOneIsTheResultOfItsJobAndHurtsNoOther) {
  TypeParam pool(2);

  auto bad = pool.apply_async(same, 1).callback([](int) { throw std::domain_error("from the callback"); });
  auto good = pool.apply_async(same, 2).callback([](int) {});

  EXPECT_EQ(good.get(), 2);
  EXPECT_THROW(bad.get(), std::domain_error);
  EXPECT_EQ(pool.apply(same, 3), 3);
}

TYPED_TEST(Callbacks, MayCallThePool) {
  TypeParam pool(2);
  std::vector<int> nested;
  AsyncResult<int> later;

  pool.apply_async(same, 3)
      .callback([&](int value) {
        nested = pool.map(same, numbers(value));
        later = pool.apply_async(same, 4);
        nested.push_back(pool.apply(same, 9));
      })
      .get();

  EXPECT_EQ(nested, (std::vector{0, 1, 2, 9}));
  EXPECT_EQ(later.get(), 4);
}

TYPED_TEST(Callbacks, MaySubmitAChainOfWork) {
  TypeParam pool(2);
  std::promise<int> end;
  std::function<void(const int&)> next = [&](const int& value) {
    if (value == 50) return end.set_value(value);
    pool.apply_async(same, value + 1).callback(next);
  };

  pool.apply_async(same, 0).callback(next);

  EXPECT_EQ(end.get_future().get(), 50);
  pool.close();
  pool.join();
}

TYPED_TEST(Callbacks, MayTerminateThePool) {
  TypeParam pool(2);
  std::promise<void> terminated;

  pool.apply_async(same, 1).callback([&](int) {
    pool.terminate();
    terminated.set_value();
  });

  ASSERT_EQ(terminated.get_future().wait_for(10s * patience), std::future_status::ready);
  EXPECT_THROW(pool.apply(same, 1), std::logic_error);
  pool.join();
}

TYPED_TEST(Callbacks, MayBlockWithoutHoldingUpResults) {
  TypeParam pool(2);
  std::promise<void> open;
  auto blocked = pool.apply_async(same, 1).callback([&](int) { open.get_future().wait(); });

  EXPECT_EQ(pool.map(same, numbers(1000), 1), numbers(1000));
  EXPECT_EQ(pool.apply_async(same, 2).get(), 2);
  EXPECT_TRUE(blocked.wait(30s * patience));
  EXPECT_THROW(blocked.get(1ms), TimeoutError);
  open.set_value();
  EXPECT_EQ(blocked.get(), 1);
}

TYPED_TEST(Callbacks, AreWaitedForByJoin) {
  TypeParam pool(2);
  std::atomic<int> ran = 0;
  for (int number = 0; number != 20; ++number) {
    pool.apply_async(same, number).callback([&](int) { std::this_thread::sleep_for(1ms), ++ran; });
  }

  pool.close();
  pool.join();

  EXPECT_EQ(ran, 20);
}

TYPED_TEST(Callbacks, WhatTheyHoldIsFreed) {
  auto held = std::make_shared<int>(1);
  {
    TypeParam pool(2);
    pool.apply_async(same, 1).callback([held](int) {}).get();
    pool.apply_async(refuse, 1).callback([held](int) {}).error_callback([held](const std::exception_ptr&) {});
    pool.close();
  }
  EXPECT_TRUE(eventually([&] { return held.use_count() == 1; }));
}

}  // namespace
}  // namespace multiprocessing::tests::callbacks_test
