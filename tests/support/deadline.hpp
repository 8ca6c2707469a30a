// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <functional>

namespace multiprocessing::tests {

// How much longer everything may take here: sanitizers slow a program down, and a full machine slows them once more.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr int patience = 10;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr int patience = 10;
#else
inline constexpr int patience = 1;
#endif
#else
inline constexpr int patience = 1;
#endif

inline constexpr std::chrono::seconds default_deadline{60 * patience};

// Every test has a deadline: the watchdog then says which test hung and aborts the process. It is a timer, not a
// thread, so that a test forks from the threads that it made itself, and no others.
void start_watchdog();

// For a test that needs more, or wants less, than the default: from now on, for the rest of this test.
void set_deadline(std::chrono::seconds from_now);

// True as soon as `holds` does; false if it still does not after `limit`. Only for what cannot be waited for, such as
// what /proc says about another process.
bool eventually(const std::function<bool()>& holds,
                std::chrono::milliseconds limit = std::chrono::seconds{5 * patience});

}  // namespace multiprocessing::tests
