// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>

#include "support/deadline.hpp"
#include "support/settings.hpp"

namespace multiprocessing::tests {

// Ten times what the longest call takes on a busy machine.
inline constexpr std::chrono::seconds longest_call{15 * patience};

// MULTIPROCESSING_SOAK_SECONDS and MULTIPROCESSING_SOAK_SEED: to look longer, and to look again.
inline std::chrono::seconds soak_duration() { return std::chrono::seconds(setting("MULTIPROCESSING_SOAK_SECONDS", 5)); }
inline std::uint64_t first_seed() {
  return setting("MULTIPROCESSING_SOAK_SEED", static_cast<std::uint64_t>(std::time(nullptr)));
}

// One seed after another, for a share of that time.
template <class Run>
void soak_for_a_share(const char* what, Run run) {
  constexpr int shares = 11;
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(soak_duration()) / shares;
  const std::uint64_t first = first_seed();
  std::uint64_t seed = first;
  do {
    set_deadline(longest_call * 8);
    SCOPED_TRACE("MULTIPROCESSING_SOAK_SEED=" + std::to_string(seed));
    run(seed++);
  } while (std::chrono::steady_clock::now() < end && !::testing::Test::HasFailure());
  std::printf("seeds %llu to %llu: %s\n", static_cast<unsigned long long>(first),
              static_cast<unsigned long long>(seed - 1), what);
}

// Said at once; the deadline of the test ends it later.
inline void hangs(std::uint64_t seed, const char* call) {
  std::fprintf(stderr, "seed %llu: %s has not returned in time\n", static_cast<unsigned long long>(seed), call);
  ADD_FAILURE() << "seed " << seed << ": " << call << " has not returned in time";
}

}  // namespace multiprocessing::tests
