// SPDX-License-Identifier: MIT
#pragma once

#include "ipc/event_count.hpp"
#include "os/current_cpu.hpp"

#include <array>

namespace multiprocessing::detail {

// How far the putters, or the getters, of a queue have come. The holder of their lock moves it, all read it. It has two
// slots, written in turn; one store says which is valid: so a process that is killed has either moved it or not.
class QueueCursor {
 public:
  struct Point {
    std::uint64_t position = 0;  // in QueueRing
    std::uint64_t messages = 0;  // before the position, since the queue was made
    std::uint32_t moves = 0;
  };
  explicit QueueCursor(std::uint64_t position) { slots_[0].position = position; }

  Point load() const noexcept {
    while (true) {
      const std::uint32_t moves = moves_.load();
      const Slot& slot = slots_[moves % 2];
      const Point point{slot.position.load(std::memory_order_acquire), slot.messages.load(std::memory_order_acquire),
                        moves};
      // If the slot was written again, a later move was made meanwhile, and so `moves_` has changed.
      if (moves_.load() == moves) return point;
    }
  }
  // `from` is its present point.
  void move(const Point& from, std::uint64_t position, std::uint64_t messages) noexcept {
    Slot& slot = slots_[(from.moves + 1) % 2];
    slot.position.store(position, std::memory_order_release);
    slot.messages.store(messages, std::memory_order_release);
    moves_.add();
  }
  // Notes the CPU of the caller, who is about to move it.
  void note_cpu() noexcept { cpu_.store(current_cpu(), std::memory_order_relaxed); }

  // Spins only if the mover runs on another CPU: on this one it would have to wait for the spinning.
  template <class Condition>
  bool wait(Condition holds, Deadline deadline, std::chrono::nanoseconds spin) noexcept {
    if (cpu_.load(std::memory_order_relaxed) == current_cpu()) spin = {};
    return moves_.wait([&] { return holds(load()); }, deadline, spin);
  }

 private:
  struct Slot {
    std::atomic<std::uint64_t> position{0};
    std::atomic<std::uint64_t> messages{0};
  };
  EventCount moves_;
  std::atomic<int> cpu_{-1};
  std::array<Slot, 2> slots_;
};

}  // namespace multiprocessing::detail
