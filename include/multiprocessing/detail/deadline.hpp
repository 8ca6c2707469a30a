// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace multiprocessing::detail {

using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;

// Waiting until then is waiting without a deadline.
inline constexpr Deadline never = Deadline::max();

// Now plus the duration, whatever its unit. It saturates: hours::max() is never, a negative duration or NaN is now.
template <class Rep, class Period>
Deadline deadline_after(std::chrono::duration<Rep, Period> duration) {
  const Deadline now = Clock::now();
  // Not by duration_cast: it does not compile for units that are far apart.
  const long double seconds = static_cast<long double>(duration.count()) * Period::num / Period::den;
  const long double ticks = seconds * Clock::period::den / Clock::period::num;
  if (!(ticks > 0)) return now;
  const Clock::duration room = never - now;
  // The doubled margin keeps the conversion back to integer in range where long double is no wider than double.
  if (ticks >= static_cast<long double>(room.count()) / 2) return never;
  return now + Clock::duration(static_cast<Clock::rep>(ticks));
}

}  // namespace multiprocessing::detail
