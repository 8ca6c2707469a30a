// SPDX-License-Identifier: MIT
#pragma once

#include "ipc/event_count.hpp"
#include "os/current_cpu.hpp"

#include <array>

namespace multiprocessing::detail {

// How far the putters, or the getters, of a queue have come. Moved by the one who holds their lock, read by all. It is
// written twice in turn; one store says which is valid: whoever is killed has moved it, or has not.
class QueueCursor {
 public:
  struct Point {
    std::uint64_t position = 0;  // of QueueRing
    std::uint64_t messages = 0;  // up to there, since the queue was made
    std::uint32_t moves = 0;
  };
  explicit QueueCursor(std::uint64_t position) { slots_[0].position = position; }

  Point load() const noexcept {
    while (true) {
      const std::uint32_t moves = moves_.load();
      const Slot& slot = slots_[moves % 2];
      const Point point{slot.position.load(std::memory_order_acquire), slot.messages.load(std::memory_order_acquire),
                        moves};
      // A slot that is written again belongs to a later move, and shows that the one in between has been made.
      if (moves_.load() == moves) return point;
    }
  }
  // `from` is where it is.
  void move(const Point& from, std::uint64_t position, std::uint64_t messages) noexcept {
    Slot& slot = slots_[(from.moves + 1) % 2];
    slot.position.store(position, std::memory_order_release);
    slot.messages.store(messages, std::memory_order_release);
    moves_.add();
  }
  // Of the one who is about to move it.
  void note_cpu() noexcept { cpu_.store(current_cpu(), std::memory_order_relaxed); }

  // Spins only while the one who moves it may do so on another CPU: on this one it would have to wait for that.
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
