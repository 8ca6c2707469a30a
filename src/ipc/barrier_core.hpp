// SPDX-License-Identifier: MIT
#pragma once

#include "os/event_fd.hpp"
#include "os/process_identity.hpp"
#include "os/robust_mutex.hpp"
#include "shm/arena.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace multiprocessing::detail {

// How the rounds of a barrier ended: the number of the current round, and a bit for each of the last 32 rounds, the
// lowest for the current one: 1 if it was broken. A party that waited finds here how its round ended, unless it wakes
// up later still.
struct Rounds {
  std::uint32_t current = 0;
  std::uint32_t broken = 0;
  std::uint64_t word() const { return std::uint64_t{current} << 32 | broken; }
  static Rounds of(std::uint64_t word) {
    return {static_cast<std::uint32_t>(word >> 32), static_cast<std::uint32_t>(word)};
  }
  bool knows(std::uint32_t round) const { return current - round < 32; }
  bool is_broken(std::uint32_t round) const { return (broken >> (current - round) & 1U) != 0; }  // if it knows
  Rounds next() const { return {current + 1, broken << 1}; }
  Rounds with_broken() const { return {current, broken | 1U}; }
};

// A party that changes something holds the guard, and rings before the change: all that wake up ask for the guard, and
// so learn of the change, or that the party has died. Each party that waits watches the process that arrived before it.
// Each one that arrives checks that process, and the last one checks all: so the first living party behind a dead one
// breaks the barrier for all.
class BarrierCore {
 public:
  BarrierCore(int parties, std::function<void()> action, std::chrono::nanoseconds timeout);

  BarrierCore(const BarrierCore&) = delete;
  BarrierCore& operator=(const BarrierCore&) = delete;
  ~BarrierCore() {
    if (words_->guard.is_held_here()) memory_.stay();  // an action runs while the program ends
  }

  int wait(Deadline deadline);
  Deadline default_deadline() const { return deadline_after(timeout_); }
  void abort();
  void reset();
  int parties() const { return parties_; }
  int waiting();
  bool is_broken() const { return rounds().is_broken(rounds().current); }

 private:
  enum class End { none, passed, broken };
  struct Words {
    RobustMutex guard;
    std::atomic<std::uint64_t> rounds{0};
    // The last broken round that reset() has ended. A party that wakes up more than 32 rounds late has passed its own
    // round if that came after this one; else the round may have been broken, and counts as broken.
    std::atomic<std::uint32_t> last_broken{~std::uint32_t{0}};
    std::uint32_t arrived = 0;  // in the current round
  };
  // Acquires the guard. False at the deadline. If the holder of the guard has died, the round is broken.
  bool enter(Deadline deadline);
  void leave() { words_->guard.unlock(); }

  Rounds rounds() const { return Rounds::of(words_->rounds.load(std::memory_order_acquire)); }
  End end_of(std::uint32_t round) const;
  bool mark(std::uint32_t round, Rounds (Rounds::*change)() const);
  void break_round(std::optional<std::uint32_t> round);
  void pass(std::uint32_t round);
  void wait_for_end(std::uint32_t round, const ProcessIdentity& before, Deadline deadline);

  const int parties_;
  const std::function<void()> action_;
  const std::chrono::nanoseconds timeout_;
  ArenaBlock memory_;
  Words* const words_;
  const std::span<ProcessIdentity> arrivals_;
  EventFd bell_;
};

}  // namespace multiprocessing::detail
