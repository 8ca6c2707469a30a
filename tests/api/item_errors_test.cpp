// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <optional>

#include "api/every_pool.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::item_errors_test {
namespace {

struct TwoFail {
  int first;
  int second;
  int operator()(int number) const {
    ++runs->at(static_cast<std::size_t>(number));
    if (number == first || number == second) throw std::range_error("item " + std::to_string(number));
    return number;
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(first, second);
  }
  static inline std::array<std::atomic<int>, 40>* runs = nullptr;
};

std::string message_of(const auto& call) {
  try {
    call();
  } catch (const std::range_error& error) {
    return error.what();
  }
  return "no error";
}

template <class P>
class ItemErrors : public ::testing::Test {
 protected:
  ItemErrors() { TwoFail::runs = runs_.get(); }
  // Every item ran since the last call, once.
  void expect_all_ran(long chunksize) {
    for (std::size_t index = 0; index != runs_->size(); ++index) {
      EXPECT_EQ((*runs_)[index].exchange(0), 1) << "item " << index << ", chunksize " << chunksize;
    }
  }

 private:
  Shared<std::array<std::atomic<int>, 40>> runs_;
};
TYPED_TEST_SUITE(ItemErrors, EveryPool, PoolNames);

TYPED_TEST(ItemErrors, MapThrowsTheLowestAfterAllOthersRanAtAnyChunksize) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  TypeParam pool(2);
  const std::vector<int> items = numbers(40);
  for (const auto& [first, second] : {std::pair(0, 39), std::pair(17, 18), std::pair(39, 5)}) {
    const std::string expected = "item " + std::to_string(std::min(first, second));
    for (const long chunksize : {1L, 3L, 7L, 1000L}) {
      EXPECT_EQ(message_of([&, f = TwoFail{first, second}] { pool.map(f, items, chunksize); }), expected);
      this->expect_all_ran(chunksize);
      EXPECT_EQ(message_of([&, f = TwoFail{first, second}] { pool.map_async(f, items, chunksize).get(); }), expected);
      this->expect_all_ran(chunksize);
    }
    EXPECT_EQ(message_of([&, f = TwoFail{first, second}] { pool.map(f, items); }), expected);
    this->expect_all_ran(0);
  }
}

TYPED_TEST(ItemErrors, TryMapGivesAnOutcomeForEachItem) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  TypeParam pool(2);
  for (const long chunksize : {1L, 3L, 100L}) {
    std::vector<Outcome<int>> outcomes = pool.try_map(TwoFail{3, 8}, numbers(40), chunksize);

    this->expect_all_ran(chunksize);
    ASSERT_EQ(outcomes.size(), 40u);
    for (std::size_t index = 0; index != 40; ++index) {
      const bool fails = index == 3 || index == 8;
      EXPECT_EQ(outcomes[index].index(), index);
      ASSERT_EQ(static_cast<bool>(outcomes[index]), !fails) << index;
      EXPECT_EQ(outcomes[index].error() == nullptr, !fails);
      if (fails) continue;
      EXPECT_EQ(outcomes[index].value(), static_cast<int>(index));
    }
    EXPECT_THROW((void)outcomes[3].value(), std::range_error);
    EXPECT_EQ(outcomes[8].message().find("item 8"), 0u) << outcomes[8].message();
    ASSERT_NE(outcomes[8].template error_as<std::range_error>(), nullptr);
    EXPECT_STREQ(outcomes[8].template error_as<std::range_error>()->what(), "item 8");
    EXPECT_NE(outcomes[8].template error_as<std::exception>(), nullptr);
    EXPECT_EQ(outcomes[8].template error_as<std::logic_error>(), nullptr);
    EXPECT_EQ(outcomes[7].template error_as<std::exception>(), nullptr);
  }
}

TYPED_TEST(ItemErrors, DivisionGoesWrongAtItsPlaceAfterTwoGoodValues) {
  TypeParam pool(2);
  const auto divide = [](int divisor) {
    if (divisor == 0) throw std::domain_error("division by zero");
    return 60 / divisor;
  };

  auto results = pool.imap(divide, {3, 2, 0, 1}, 4);

  EXPECT_EQ(results.next(), 20);
  EXPECT_EQ(results.next(), 30);
  EXPECT_THROW(results.next(), std::domain_error);
  EXPECT_EQ(results.next(), 60);
}

TYPED_TEST(ItemErrors, ApplyAndStarmapThrowThem) {
  TypeParam pool(2);
  const auto refuse = [](int a, int b) -> int { throw std::range_error(std::to_string(a + b)); };

  EXPECT_EQ(message_of([&] { pool.apply(refuse, 1, 2); }), "3");
  EXPECT_EQ(message_of([&] { pool.apply_async(refuse, 1, 3).get(); }), "4");
  EXPECT_EQ(message_of([&] { pool.starmap(refuse, {std::pair(2, 3), std::pair(4, 5)}); }), "5");
  EXPECT_THROW(pool.map([](int) { throw std::range_error("void, too"); }, {1}), std::range_error);
}

TYPED_TEST(ItemErrors, AllItemsMayFail) {
  TypeParam pool(2);
  const auto refuse = [](int number) -> int { throw std::range_error(std::to_string(number)); };

  const auto outcomes = pool.try_map(refuse, numbers(5000), 10);

  for (std::size_t index = 0; index != outcomes.size(); ++index) {
    ASSERT_EQ(outcomes[index].template error_as<std::range_error>()->what(), std::to_string(index));
  }
  EXPECT_EQ(pool.stats().failed, 5000u);
}

TYPED_TEST(ItemErrors, TheStatsCountWhatWasHandedIn) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  TypeParam pool(2);
  EXPECT_THROW(pool.map(TwoFail{3, 8}, numbers(40)), std::range_error);
  EXPECT_EQ(pool.apply([] { return 1; }), 1);

  const PoolStats stats = pool.stats();

  EXPECT_EQ(stats.queued + stats.running + stats.lost, 0u);
  EXPECT_EQ(stats.finished, 39u);
  EXPECT_EQ(stats.failed, 2u);
  EXPECT_EQ(stats.workers.size(), static_cast<std::size_t>(pool.processes()));
  std::size_t answered = 0;
  for (const WorkerStats& worker : stats.workers) {
    answered += worker.items;
    EXPECT_EQ(worker.starts, 1u);
    EXPECT_EQ(worker.pid != 0, (std::is_base_of_v<Pool, TypeParam>));
  }
  EXPECT_EQ(answered, 41u);
}

}  // namespace
}  // namespace multiprocessing::tests::item_errors_test
