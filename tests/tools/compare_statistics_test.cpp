// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "statistics.hpp"

namespace multiprocessing::tests::compare_statistics_test {
namespace {

using Interval = std::optional<std::pair<double, double>>;

// 1, 2, … count, in some order.
std::vector<double> ranks(std::size_t count) {
  std::vector<double> values(count);
  std::iota(values.begin(), values.end(), 1.0);
  std::shuffle(values.begin(), values.end(), std::mt19937(7));
  return values;
}

// The ranks that tables of the sign test give for a median at 95 %.
TEST(CompareStatistics, TheIntervalOfTheMedianHasTheRanksOfTheBinomialTable) {
  for (std::size_t count = 0; count != 6; ++count) EXPECT_EQ(compare::median_interval(ranks(count)), std::nullopt);
  EXPECT_EQ(compare::median_interval(ranks(6)), Interval({1, 6}));
  EXPECT_EQ(compare::median_interval(ranks(8)), Interval({1, 8}));
  EXPECT_EQ(compare::median_interval(ranks(9)), Interval({2, 8}));
  EXPECT_EQ(compare::median_interval(ranks(10)), Interval({2, 9}));
  EXPECT_EQ(compare::median_interval(ranks(12)), Interval({3, 10}));
  EXPECT_EQ(compare::median_interval(ranks(15)), Interval({4, 12}));
  EXPECT_EQ(compare::median_interval(ranks(20)), Interval({6, 15}));
  EXPECT_EQ(compare::median_interval(ranks(25)), Interval({8, 18}));
  EXPECT_EQ(compare::median_interval(ranks(50)), Interval({18, 33}));
  EXPECT_EQ(compare::median_interval(ranks(100)), Interval({40, 61}));
}

// Of a distribution without symmetry: 20,000 times, so that one in a hundred would be seen.
TEST(CompareStatistics, TheIntervalHoldsTheMedianAtLeastAsOftenAsItSays) {
  std::mt19937 random(1);
  std::exponential_distribution<double> value;
  const double truth = std::log(2.0);
  for (const std::size_t count : {6U, 8U, 20U}) {
    int held = 0;
    for (int i = 0; i != 20'000; ++i) {
      std::vector<double> values(count);
      for (double& each : values) each = value(random);
      const Interval interval = compare::median_interval(values);
      if (interval->first <= truth && truth <= interval->second) ++held;
    }
    EXPECT_GE(held, 20'000 * 94 / 100) << count;
  }
}

TEST(CompareStatistics, AnEstimateIsTheMedianOfTheLaunchesMedians) {
  const auto estimate = compare::estimate({{50.0, {1, 2, 300}}, {40.0, {5, 4, 6}}, {{}, {}}, {90.0, {9, 9, 9, 9}}});

  ASSERT_TRUE(estimate);
  EXPECT_EQ(estimate->value, 5);
  EXPECT_EQ(estimate->interval, std::nullopt);
  EXPECT_EQ(estimate->cold, 50);
  EXPECT_EQ(estimate->launches, 3U);
  EXPECT_EQ(estimate->samples, 10U);
}

TEST(CompareStatistics, SixLaunchesHaveAnInterval) {
  std::vector<measuring::Samples> launches;
  for (const double value : ranks(6)) launches.push_back({{}, {value, value, value}});

  EXPECT_EQ(compare::estimate(launches)->interval, Interval({1, 6}));
}

TEST(CompareStatistics, WithoutSamplesThereIsNoEstimate) {
  EXPECT_FALSE(compare::estimate({}));
  EXPECT_FALSE(compare::estimate({{7.0, {}}, {{}, {}}}));
}

TEST(CompareStatistics, AnEstimateIsWideWhereTheMiddleHalfOfTheSamplesIsOverHalfOfIt) {
  EXPECT_FALSE(compare::estimate({{{}, {80, 90, 100, 110, 120}}})->is_wide);
  EXPECT_FALSE(compare::estimate({{{}, {1, 75, 100, 125, 9000}}})->is_wide);
  EXPECT_TRUE(compare::estimate({{{}, {1, 74, 100, 125, 9000}}})->is_wide);
  EXPECT_TRUE(compare::estimate({{{}, {-125, -100, -74, -74, -125}}})->is_wide);
}

TEST(CompareStatistics, AnEstimateIsWideWhereItsIntervalIsOverHalfOfIt) {
  std::vector<measuring::Samples> launches;
  for (const double value : {70, 100, 100, 100, 100, 100, 100, 121}) launches.push_back({{}, {value}});
  EXPECT_TRUE(compare::estimate(launches)->is_wide);

  launches.back() = {{}, {119}};
  EXPECT_FALSE(compare::estimate(launches)->is_wide);
}

}  // namespace
}  // namespace multiprocessing::tests::compare_statistics_test
