// SPDX-License-Identifier: MIT
#pragma once

#include "os/cpu_relax.hpp"
#include "os/futex.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace multiprocessing::detail {

// A number of 31 bits in shared memory, which one process at a time adds to, and which others wait for: an event count.
//
// Usage. Those that add must exclude each other, by a RobustMutex as a rule, or add under the caller's lock:
//
//   Words { EventCount published; T data; };
//   writer:   data = ...;                  the change that others wait for
//             published.add();
//   waiter:   published.wait([&] { return published.load() != before; }, deadline);
//             ... data ...                 sees the change
//
// The word: bits 31 … 1 are the number, bit 0 says that somebody may sleep. If it is set, adding and waking is one
// system call. So a process that is killed in add() has either added and woken the waiters, or not added. It wakes all:
// one alone might just have been killed. Without a sleeper there is no system call.
//
// Matching operations:
// - the release of add(), by its swap or its fetch_or, matches the acquire of load(): a thread that sees the new number
//   sees what was written before it was added. All later changes of the word are read-modify-write operations, those of
//   the kernel included, and continue the release sequence: so a later number also shows all earlier ones;
// - the fetch_or of wait(), which sets bit 0 before the last call of holds(), matches the swap of add(), which expects
//   bit 0 to be 0: either holds() sees what add() published, or add() finds the bit and wakes;
// - the futex's comparison of the word in futex_wait() matches the addition in futex_add_and_wake(): a number that was
//   added after the fetch_or ends the sleep, or lets none begin.
class EventCount {
 public:
  explicit EventCount(std::uint32_t number = 0) : word_(number << 1) {}
  std::uint32_t load() const noexcept { return word_.load(std::memory_order_acquire) >> 1; }

  // Adds at most 1024. Only one thread of all processes at a time.
  void add(std::uint32_t number = 1) noexcept {
    std::uint32_t word = word_.load(std::memory_order_relaxed) & ~1U;
    const std::uint32_t sum = word + 2 * number;
    if (word_.compare_exchange_strong(word, sum, std::memory_order_release, std::memory_order_relaxed)) return;
    // The kernel's addition continues the release sequence that this begins: bit 0 becomes 0, and the number grows.
    word_.fetch_or(1, std::memory_order_release);
    futex_add_and_wake(word_, 2 * number - 1);
  }

  // Returns true as soon as holds() is true, false at the deadline. The data that holds() reads must change before the
  // number is added. Any number of threads and processes.
  template <class Condition>
  bool wait(Condition holds, Deadline deadline, std::chrono::nanoseconds spin = {}) noexcept(noexcept(holds())) {
    if (holds()) return true;
    if (deadline != never && Clock::now() >= deadline) return false;
    if (spin.count() != 0) {
      const Deadline spin_end = std::min(deadline, Clock::now() + spin);
      // Looks less and less often: each look takes the cache line away from the process that is about to write it.
      for (int pauses = 1; Clock::now() < spin_end; pauses = std::min(2 * pauses, 16)) {
        for (int pause = 0; pause != pauses; ++pause) cpu_relax();
        if (holds()) return true;
      }
    }
    while (true) {
      // Sets bit 0 before the last call of holds(): if a number is added after that, the sleep ends.
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
