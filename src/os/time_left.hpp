// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/deadline.hpp>

#include <time.h>

#include <chrono>

namespace multiprocessing::detail {

// The time until the deadline, in the form of system calls; zero once it has passed.
inline timespec time_left(Deadline deadline) {
  // Compared first: the distance to Deadline::min() does not fit a duration.
  const Deadline now = Clock::now();
  const auto left = deadline > now ? std::chrono::nanoseconds(deadline - now).count() : 0;
  return {.tv_sec = static_cast<time_t>(left / 1'000'000'000), .tv_nsec = static_cast<long>(left % 1'000'000'000)};
}

}  // namespace multiprocessing::detail
