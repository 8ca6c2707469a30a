// SPDX-License-Identifier: MIT
#pragma once

#include "os/futex.hpp"

#include <atomic>
#include <cstdint>

namespace multiprocessing::detail {

// A word in shared memory that processes wait for. Who changes it wakes all that wait, and not one of them: that one
// may have just been killed, and the others would wait for ever. A waiter that is killed stays counted, which costs
// later changes a system call each, and nothing else.
class WaitedWord {
 public:
  std::uint32_t load() const noexcept { return word_.load(std::memory_order_seq_cst); }

  // True as soon as holds(word); false at the deadline. `holds` may change the word by swap().
  template <class Condition>
  bool wait(Condition holds, Deadline deadline) noexcept(noexcept(holds(0U))) {
    std::uint32_t word = load();
    if (holds(word)) return true;
    // Before the next look, and seq_cst as the change: either that sees a waiter, or this sees the change.
    waiters_.fetch_add(1, std::memory_order_seq_cst);
    bool held = false;
    do {
      word = load();
      held = holds(word);
      if (held || (deadline != never && Clock::now() >= deadline)) break;
      futex_wait(word_, word, deadline);
    } while (true);
    waiters_.fetch_sub(1, std::memory_order_relaxed);
    return held;
  }

  // Does not wake: for who takes what others wait for.
  bool swap(std::uint32_t& expected, std::uint32_t desired) noexcept {
    return word_.compare_exchange_weak(expected, desired, std::memory_order_seq_cst);
  }
  void add_one() noexcept {
    word_.fetch_add(1, std::memory_order_seq_cst);
    wake();
  }
  void wake() noexcept {
    if (waiters_.load(std::memory_order_seq_cst) != 0) futex_wake(word_);
  }

 private:
  std::atomic<std::uint32_t> word_{0};
  std::atomic<std::uint32_t> waiters_{0};
};

}  // namespace multiprocessing::detail
