// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/deadline.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <ratio>

namespace multiprocessing::detail::deadline_test {
namespace {

using std::chrono::duration;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

template <class Duration>
bool is_now(Duration duration) {
  const Deadline before = Clock::now();
  const Deadline deadline = deadline_after(duration);
  return before <= deadline && deadline <= Clock::now();
}

TEST(Deadline, IsNowPlusTheDuration) {
  const Deadline before = Clock::now();
  const Deadline deadline = deadline_after(milliseconds(1500));
  EXPECT_GE(deadline, before + milliseconds(1500));
  EXPECT_LE(deadline, Clock::now() + milliseconds(1500));
}

TEST(Deadline, ThatIsTooFarToCountIsNever) {
  EXPECT_EQ(deadline_after(hours::max()), never);
  EXPECT_EQ(deadline_after(nanoseconds::max()), never);
  EXPECT_EQ(deadline_after(duration<double>::max()), never);
  EXPECT_EQ(deadline_after(duration<double>(std::numeric_limits<double>::infinity())), never);
  EXPECT_EQ(deadline_after((duration<std::int64_t, std::exa>::max())), never);
}

TEST(Deadline, OfAHundredYearsIsNotNever) { EXPECT_LT(deadline_after(hours(24 * 365 * 100)), never); }

TEST(Deadline, OfNoOrNegativeOrUndefinedTimeIsNow) {
  EXPECT_TRUE(is_now(milliseconds(0)));
  EXPECT_TRUE(is_now(milliseconds(-5)));
  EXPECT_TRUE(is_now(hours::min()));
  EXPECT_TRUE(is_now(duration<double>(std::numeric_limits<double>::quiet_NaN())));
  EXPECT_TRUE(is_now(duration<float>(-std::numeric_limits<float>::infinity())));
}

TEST(Deadline, TakesAnyUnit) {
  EXPECT_LT(deadline_after(duration<double, std::pico>(5e9)), Clock::now() + milliseconds(6));
  EXPECT_GT(deadline_after(duration<long, std::ratio<86'400>>(2)), Clock::now() + hours(47));
}

}  // namespace
}  // namespace multiprocessing::detail::deadline_test
