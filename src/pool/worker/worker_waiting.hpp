// SPDX-License-Identifier: MIT
#pragma once

#include "shm/channel.hpp"

#include <chrono>
#include <thread>

namespace multiprocessing::detail {

// How a worker waits for its parent and wakes it.
class WorkerWaiting {
 public:
  // bells: the eventfds of Bell::waiter and Bell::background.
  WorkerWaiting(const Channel& channel, std::chrono::nanoseconds spin, int waiter_bell_fd, int background_bell_fd)
      : channel_(channel), spin_(spin), bell_fds_{waiter_bell_fd, background_bell_fd} {}

  // Spins, then sleeps, until the condition holds. The condition reads what the parent publishes seq_cst.
  // `before_sleep` runs once between the two.
  template <class Condition, class Action>
  void until(ParkReason reason, Condition condition, Action before_sleep) {
    if (spin_until(condition)) return;
    before_sleep();
    while (!condition()) park(reason, condition);
  }
  template <class Condition>
  void until(ParkReason reason, Condition condition) {
    until(reason, condition, [] {});
  }

  // After something was published seq_cst: does a sleeping parent want to know?
  void committed(std::uint64_t position, bool idle) {
    if (const std::uint32_t parent_sleep = listening()) {
      if (position >= channel_.wake->at_committed.load(std::memory_order_seq_cst) ||
          (idle && channel_.wake->when_idle.load(std::memory_order_relaxed) != 0)) {
        ring(parent_sleep);
      }
    }
  }
  void claimed(std::uint32_t count) {
    if (const std::uint32_t parent_sleep = listening()) {
      const std::uint32_t wanted = channel_.wake->at_claimed.load(std::memory_order_seq_cst);
      if (wanted != 0 && static_cast<std::int32_t>(count - wanted) >= 0) ring(parent_sleep);
    }
  }
  void consumed(std::uint64_t position) {
    if (const std::uint32_t parent_sleep = listening()) {
      if (position >= channel_.wake->at_consumed.load(std::memory_order_relaxed)) ring(parent_sleep);
    }
  }

 private:
  std::uint32_t listening() const { return channel_.parent_sleep->word.load(std::memory_order_seq_cst); }
  template <class Condition>
  bool spin_until(Condition condition);
  template <class Condition>
  void park(ParkReason reason, Condition condition);
  void sleep_on_bell(std::uint32_t bell);
  void ring(std::uint32_t parent_sleep);

  Channel channel_;
  std::chrono::nanoseconds spin_;
  int bell_fds_[2];
  std::uint32_t rung_for_ = 0;
  std::uint32_t parks_ = 0;
  std::chrono::steady_clock::time_point left_cpu_{};  // when it slept to leave its CPU to the parent
};

}  // namespace multiprocessing::detail

#include "os/spinning.hpp"

namespace multiprocessing::detail {

template <class Condition>
bool WorkerWaiting::spin_until(Condition condition) {
  if (spin_ == std::chrono::nanoseconds::zero()) return condition();
  const auto end = std::chrono::steady_clock::now() + spin_;
  std::uint32_t cpu = note_cpu(channel_.words->cpu);
  for (int burst = 1;; ++burst) {
    for (int round = 0; round != 32; ++round) {
      if (condition()) return true;
      cpu_relax();
    }
    const auto now = std::chrono::steady_clock::now();
    if (now >= end) return false;
    const bool parent_is_here = cpu != 0 && channel_.parent_sleep->cpu.load(std::memory_order_relaxed) == cpu;
    // The kernel wakes a sleeper on an idle CPU, if there is one.
    if (parent_is_here && now - left_cpu_ > std::chrono::milliseconds(1)) return left_cpu_ = now, false;
    if (parent_is_here || burst % bursts_before_yield == 0) {
      std::this_thread::yield();
      cpu = note_cpu(channel_.words->cpu);
    }
  }
}

template <class Condition>
void WorkerWaiting::park(ParkReason reason, Condition condition) {
  const std::uint32_t bell = channel_.words->bell.load(std::memory_order_acquire);
  // Only the sleeper writes its flag; it counts, so that the parent rings once for each sleep.
  ++parks_;
  channel_.words->parked.store(parks_ << 2 | static_cast<std::uint32_t>(reason), std::memory_order_seq_cst);
  if (!condition()) sleep_on_bell(bell);
  channel_.words->parked.store(parks_ << 2, std::memory_order_relaxed);
}

}  // namespace multiprocessing::detail
