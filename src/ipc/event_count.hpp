// SPDX-License-Identifier: MIT
#pragma once

#include "os/cpu_relax.hpp"
#include "os/futex.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace multiprocessing::detail {

// A number of 31 bits in shared memory that one process at a time adds to, and that others wait for. A bit below says
// that somebody may sleep: then to add and to wake is one system call. So a process that is killed while it adds has
// woken who waits for that, or has not added. All are woken: one may have just been killed. Without a sleeper there is
// no system call.
class EventCount {
 public:
  explicit EventCount(std::uint32_t number = 0) : word_(number << 1) {}
  std::uint32_t load() const noexcept { return word_.load(std::memory_order_acquire) >> 1; }

  // What was written before it is seen by whoever sees the new number. At most 1024.
  void add(std::uint32_t number = 1) noexcept {
    std::uint32_t word = word_.load(std::memory_order_relaxed) & ~1U;
    const std::uint32_t sum = word + 2 * number;
    if (word_.compare_exchange_strong(word, sum, std::memory_order_release, std::memory_order_relaxed)) return;
    // The kernel's addition continues the release sequence that this heads: from odd to the next even one.
    word_.fetch_or(1, std::memory_order_release);
    futex_add_and_wake(word_, 2 * number - 1);
  }

  // True as soon as holds(); false at the deadline. What `holds` looks at changes before a number is added.
  template <class Condition>
  bool wait(Condition holds, Deadline deadline, std::chrono::nanoseconds spin = {}) noexcept(noexcept(holds())) {
    if (holds()) return true;
    if (deadline != never && Clock::now() >= deadline) return false;
    if (spin.count() != 0) {
      const Deadline spin_end = std::min(deadline, Clock::now() + spin);
      // Less and less often: each look takes the word away from who is about to write it.
      for (int pauses = 1; Clock::now() < spin_end; pauses = std::min(2 * pauses, 16)) {
        for (int pause = 0; pause != pauses; ++pause) cpu_relax();
        if (holds()) return true;
      }
    }
    while (true) {
      // Said before the last look, in the word itself: a number that is added after it ends the sleep.
      const std::uint32_t word = word_.fetch_or(1, std::memory_order_acquire) | 1U;
      if (holds()) return true;
      if (deadline != never && Clock::now() >= deadline) return false;
      futex_wait(word_, word, deadline);
    }
  }

 private:
  std::atomic<std::uint32_t> word_;
};

}  // namespace multiprocessing::detail
