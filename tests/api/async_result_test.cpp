// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <memory>

#include "api/every_pool.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::async_result_test {
namespace {

using namespace std::chrono_literals;

int same(int number) { return number; }
int refuse(int number) { throw std::range_error("not " + std::to_string(number)); }

template <class P>
class AsyncResults : public ::testing::Test {};
TYPED_TEST_SUITE(AsyncResults, EveryPool, PoolNames);

TYPED_TEST(AsyncResults, GetGivesTheValueOnce) {
  TypeParam pool(2);
  auto result = pool.apply_async(same, 7);

  EXPECT_TRUE(result.valid());
  EXPECT_EQ(result.get(), 7);
  EXPECT_FALSE(result.valid());
  EXPECT_THROW(result.get(), std::logic_error);
  EXPECT_THROW(result.get(1s), std::logic_error);
  EXPECT_THROW(result.wait(), std::logic_error);
  EXPECT_THROW((void)result.ready(), std::logic_error);
}

TYPED_TEST(AsyncResults, OneWithoutAResultIsNotValid) {
  AsyncResult<int> empty;
  AsyncResult<void> nothing;

  EXPECT_FALSE(empty.valid());
  EXPECT_THROW(empty.get(), std::logic_error);
  EXPECT_THROW(nothing.get(), std::logic_error);
  EXPECT_THROW((void)empty.successful(), std::logic_error);
  EXPECT_THROW(empty.callback([](int) {}), std::logic_error);
  TypeParam pool(1);
  auto result = pool.apply_async(same, 1);
  empty = std::move(result);
  EXPECT_FALSE(result.valid());
  EXPECT_EQ(empty.get(), 1);
}

TYPED_TEST(AsyncResults, SuccessfulTellsAValueFromAnError) {
  TypeParam pool(2);
  auto good = pool.apply_async(same, 1);
  auto bad = pool.apply_async(refuse, 2);
  auto good_map = pool.map_async(same, {1, 2});
  auto bad_map = pool.map_async([](int number) { return number == 2 ? refuse(number) : number; }, {1, 2, 3});
  auto good_void = pool.apply_async([] {});
  auto bad_void = pool.map_async([](int number) { (void)refuse(number); }, {1});
  good.wait();
  bad.wait();
  good_map.wait();
  bad_map.wait();
  good_void.wait();
  bad_void.wait();

  EXPECT_TRUE(good.ready() && good.successful());
  EXPECT_TRUE(bad.ready() && !bad.successful());
  EXPECT_TRUE(good_map.successful());
  EXPECT_FALSE(bad_map.successful());
  EXPECT_TRUE(good_void.successful());
  EXPECT_FALSE(bad_void.successful());
  EXPECT_EQ(good.get(), 1);
  EXPECT_THROW(bad.get(), std::range_error);
  EXPECT_THROW(bad_map.get(), std::range_error);
  EXPECT_THROW(bad_void.get(), std::range_error);
}

TYPED_TEST(AsyncResults, ManyMayBeDropped) {
  TypeParam pool(2);
  for (int number = 0; number != 1000; ++number) (void)pool.apply_async(same, number);
  (void)pool.map_async(same, numbers(10'000), 1);
  (void)pool.map_async(refuse, numbers(1000), 1);

  EXPECT_EQ(pool.apply(same, 5), 5);
  pool.close();
  pool.join();

  const PoolStats stats = pool.stats();
  EXPECT_EQ(stats.finished, 11'001u);
  EXPECT_EQ(stats.failed, 1000u);
}

TYPED_TEST(AsyncResults, TheyOutliveThePool) {
  AsyncResult<int> result;
  AsyncResult<std::vector<int>> many;
  {
    TypeParam pool(2);
    result = pool.apply_async(same, 3);
    many = pool.map_async(same, numbers(100));
    pool.close();
  }

  EXPECT_TRUE(result.successful());
  EXPECT_EQ(result.get(), 3);
  EXPECT_EQ(many.get(), numbers(100));
}

// Before the pool, whose workers see the pointer as it was when they were forked.
class HeldBack {
 protected:
  HeldBack() { let_go = event_.get(); }
  static inline Event* let_go;
  static int wait(int number) { return let_go->wait(), number; }

 private:
  Shared<Event> event_;
};

template <class P>
class PendingResults : protected HeldBack, public ::testing::Test {
 protected:
  using HeldBack::let_go;
  using HeldBack::wait;
  P pool_{1};
};
TYPED_TEST_SUITE(PendingResults, EveryConcurrentPool, PoolNames);

TYPED_TEST(PendingResults, ATimeoutLosesNothing) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  auto result = this->pool_.apply_async(TestFixture::wait, 7);

  EXPECT_FALSE(result.ready());
  EXPECT_THROW((void)result.successful(), std::logic_error);
  EXPECT_THROW(result.get(1ms), TimeoutError);
  EXPECT_THROW(result.get(0s), TimeoutError);
  EXPECT_THROW(result.get(-5min), TimeoutError);
  EXPECT_FALSE(result.wait(1ms));
  EXPECT_FALSE(result.wait(std::chrono::duration<double>(0.001)));
  TestFixture::let_go->happen();
  EXPECT_TRUE(result.wait(std::chrono::hours::max()));
  EXPECT_EQ(result.get(std::chrono::years::max()), 7);
}

TYPED_TEST(PendingResults, ATimeoutErrorSaysHowLongWasWaited) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  auto result = this->pool_.apply_async(TestFixture::wait, 7);
  std::string text;
  try {
    result.get(20ms);
  } catch (const TimeoutError& error) {
    text = error.what();
  }
  TestFixture::let_go->happen();
  result.wait();

  EXPECT_NE(text.find("0.02"), std::string::npos) << text;
}

TEST(PendingResultsOfPool, AreCancelledWhenThePoolEnds) {
  static Event* never;
  const Shared<Event> event;
  never = event.get();
  const auto block = [](int number) { return never->wait(), number; };
  for (const bool by_destructor : {true, false}) {
    auto pool = std::make_unique<Pool>(2);
    auto running = pool->apply_async(block, 1);
    auto queued = pool->map_async(block, numbers(1000), 1);
    auto lazy = pool->imap(block, numbers(1000));
    EXPECT_THROW(lazy.next(1ms), TimeoutError);

    if (by_destructor) {
      pool.reset();
    } else {
      pool->terminate();
    }

    EXPECT_TRUE(running.ready() && queued.ready());
    EXPECT_FALSE(running.successful());
    EXPECT_THROW(running.get(), CancelledError);
    EXPECT_THROW(queued.get(), CancelledError);
    EXPECT_THROW(lazy.next(), CancelledError);
  }
}

}  // namespace
}  // namespace multiprocessing::tests::async_result_test
