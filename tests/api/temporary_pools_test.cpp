// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "api/every_pool.hpp"

namespace multiprocessing::tests::temporary_pools_test {
namespace {

int twice(int number) { return 2 * number; }
int sum(int a, int b) { return a + b; }
const std::vector<int> doubled{2, 4, 6};

template <class P>
class TemporaryPools : public ::testing::Test {};
TYPED_TEST_SUITE(TemporaryPools, EveryPool, PoolNames);

TYPED_TEST(TemporaryPools, LiveUntilACallThatWaitsHasEnded) {
  EXPECT_EQ(TypeParam(2).apply(twice, 1), 2);
  EXPECT_EQ(TypeParam(2).map(twice, {1, 2, 3}), doubled);
  EXPECT_EQ(TypeParam(2).starmap(sum, {std::pair(1, 1)}), std::vector<int>{2});
  EXPECT_EQ(TypeParam(2).try_map(twice, {1}).at(0).value(), 2);
  EXPECT_EQ(TypeParam(2).apply_async(twice, 1).get(), 2);
  TypeParam pool(2);
  EXPECT_EQ(std::move(pool).map(twice, {1, 2, 3}), doubled);
}

TYPED_TEST(TemporaryPools, ThatOnlyAddOptionsMayEndBeforeTheirResults) {
  TypeParam pool(2);
  const std::vector<int> items{1, 2, 3};
  auto in_order = pool.with({.retries = 1}).imap(twice, items, 1, 1);
  auto unordered = pool.with({.retries = 1}).imap_unordered(twice, {1}, 1, 1);
  auto outcomes = pool.with({.retries = 1}).try_imap(twice, items);
  auto unordered_outcomes = pool.with({.retries = 1}).try_imap_unordered(twice, {1});
  auto listed = pool.with({.retries = 1}).imap(twice, {1, 2, 3}, 2);
  auto listed_outcomes = pool.with({.retries = 1}).try_imap(twice, {1});
  auto unordered_items = pool.with({.retries = 1}).imap_unordered(twice, std::vector{1});
  auto unordered_item_outcomes = pool.with({.retries = 1}).try_imap_unordered(twice, std::vector{1});

  EXPECT_EQ(collect(std::move(in_order)), doubled);
  EXPECT_EQ(unordered.next(), 2);
  EXPECT_EQ(outcomes.next().value(), 2);
  EXPECT_EQ(unordered_outcomes.next().value(), 2);
  EXPECT_EQ(collect(std::move(listed)), doubled);
  EXPECT_EQ(listed_outcomes.next().value(), 2);
  EXPECT_EQ(unordered_items.next(), 2);
  EXPECT_EQ(unordered_item_outcomes.next().value(), 2);
}

TYPED_TEST(TemporaryPools, OptionsThatReplaceOthersDoNotNeedThem) {
  TypeParam pool(2);
  auto with = pool.with({.retries = 1}).with({.retries = 2});

  EXPECT_EQ(with.map(twice, {1, 2, 3}), doubled);
  EXPECT_EQ(with.imap(twice, {1}).next(), 2);
}

}  // namespace
}  // namespace multiprocessing::tests::temporary_pools_test
