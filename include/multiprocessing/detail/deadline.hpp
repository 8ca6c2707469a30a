// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/cpp20.hpp>

#include <chrono>

namespace multiprocessing::detail {

using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;

// Waiting until `never` is waiting without a deadline.
inline constexpr Deadline never = Deadline::max();

inline bool has_passed(Deadline deadline) { return deadline != never && Clock::now() >= deadline; }

// Saturates, whatever the unit: hours::max() is max(), a negative duration or NaN is 0.
template <class Rep, class Period>
std::chrono::nanoseconds to_nanoseconds(std::chrono::duration<Rep, Period> duration) {
  // Not by duration_cast: it does not compile for units that are far apart.
  const long double count = static_cast<long double>(duration.count()) * (1e9L * Period::num / Period::den);
  if (!(count > 0)) return std::chrono::nanoseconds::zero();
  if (count >= 9.2e18L) return std::chrono::nanoseconds::max();
  return std::chrono::nanoseconds(static_cast<std::chrono::nanoseconds::rep>(count));
}

// Now plus the duration, whatever its unit. Saturates: hours::max() is never, a negative duration or NaN is now.
template <class Rep, class Period>
Deadline deadline_after(std::chrono::duration<Rep, Period> duration) {
  const Deadline now = Clock::now();
  const std::chrono::nanoseconds left = to_nanoseconds(duration);
  return left >= never - now ? never : now + std::chrono::duration_cast<Clock::duration>(left);
}

// A moment of another clock, converted with the present difference between the two.
template <class OtherClock, class Duration>
Deadline deadline_at(std::chrono::time_point<OtherClock, Duration> end) {
  const auto now = OtherClock::now();
  return end > now ? deadline_after(end - now) : Clock::now();  // compared first: min() - now() does not fit
}

}  // namespace multiprocessing::detail
