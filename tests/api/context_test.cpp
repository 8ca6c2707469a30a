// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <set>

#include "api/every_pool.hpp"
#include "api/ranges.hpp"

namespace multiprocessing::tests::context_test {
namespace {

std::size_t index_of_any(int) { return item_index().value(); }
std::uint64_t draw(int) {
  RandomStream stream = random_stream(2024);
  stream();
  return stream();
}

std::vector<std::size_t> indices(std::size_t count) {
  std::vector<std::size_t> result(count);
  std::iota(result.begin(), result.end(), std::size_t{0});
  return result;
}

template <class P>
class Context : public ::testing::Test {};
TYPED_TEST_SUITE(Context, EveryPool, PoolNames);

TYPED_TEST(Context, TheItemIndexIsThePositionInTheInputAtAnyChunksize) {
  TypeParam pool(3);
  for (const long chunksize : {1L, 3L, 1000L}) {
    EXPECT_EQ(pool.map(index_of_any, numbers(100), chunksize), indices(100));
    EXPECT_EQ(collect(pool.imap(index_of_any, ReadOnce(100), chunksize)), indices(100));
    for (auto& outcome : pool.try_imap_unordered(index_of_any, ReadOnce(100), chunksize)) {
      EXPECT_EQ(outcome.value(), outcome.index());
    }
  }
}

TYPED_TEST(Context, OfApplyItIsTheNumberOfTheCall) {
  TypeParam pool(2);

  EXPECT_EQ(pool.apply(index_of_any, 0), 0u);
  EXPECT_EQ(pool.apply_async(index_of_any, 0).get(), 1u);
  EXPECT_EQ(pool.map(index_of_any, numbers(10)), indices(10));
  EXPECT_EQ(pool.apply(index_of_any, 0), 2u);
}

TYPED_TEST(Context, OutsideATaskThereIsNone) {
  TypeParam pool(2);
  pool.apply(index_of_any, 0);

  EXPECT_EQ(item_index(), std::nullopt);
  EXPECT_EQ(worker_index(), std::nullopt);
  EXPECT_THROW(random_stream(1), std::logic_error);
}

TYPED_TEST(Context, TheWorkerIndexIsBelowProcesses) {
  TypeParam pool(3);

  const auto seen = pool.map([](int) { return worker_index(); }, numbers(200), 1);

  for (const std::optional<int>& index : seen) {
    if constexpr (std::is_same_v<TypeParam, SerialPool>) {
      EXPECT_TRUE(!index || index == 0);
    } else {
      ASSERT_TRUE(index.has_value());
      EXPECT_TRUE(*index >= 0 && *index < 3) << *index;
    }
  }
}

TYPED_TEST(Context, RandomStreamsAreTheSameForAnyEngineNumberOfWorkersAndChunksize) {
  std::vector<std::uint64_t> expected;
  for (std::uint64_t index = 0; index != 100; ++index) {
    RandomStream stream = random_stream(2024, index);
    stream();
    expected.push_back(stream());
  }

  for (const int workers : {1, 2, 5}) {
    TypeParam pool(workers);
    for (const long chunksize : {1L, 7L, 1000L}) {
      EXPECT_EQ(pool.map(draw, numbers(100), chunksize), expected);
      EXPECT_EQ(collect(pool.imap(draw, numbers(100), chunksize)), expected);
    }
    for (int call = 0; call != 5; ++call) {
      EXPECT_EQ(pool.apply(draw, 0), expected[static_cast<std::size_t>(call)]);
    }
  }
  EXPECT_EQ(std::set(expected.begin(), expected.end()).size(), 100u);
}

}  // namespace
}  // namespace multiprocessing::tests::context_test
