// SPDX-License-Identifier: MIT
#include "pool/parent/collector.hpp"

#include "os/spinning.hpp"
#include "os/thread_without_signals.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace multiprocessing::detail {

Collector::Collector(Collected& collected, ParentSleepWord& parent_sleep, std::chrono::nanoseconds spin)
    : collected_(collected), parent_sleep_(parent_sleep), spin_(spin) {}

Collector::~Collector() = default;

void Collector::watch(int lost_fd) {
  waiter_.poll.watch(lost_fd);
  background_.poll.watch(lost_fd);
}

void Collector::arm(const Seat& seat) {
  const auto is_eager = [](const Waiter& waiter) { return waiter.awaited.eager(); };
  collected_.arm(
      watches_ != 0 || collected_.eager_in_background() || std::any_of(waiters_.begin(), waiters_.end(), is_eager),
      seat.kind);
}

void Collector::listen(const Seat& seat) {
  arm(seat);
  let_ring(seat.kind);
}

// Only the sleeper writes the flag, before it looks a last time: seq_cst on both sides, or a wake-up could be lost.
void Collector::let_ring(Bell bell) {
  const std::uint32_t word = bell == Bell::none ? 0 : (++sleeps_ << 2 | static_cast<std::uint32_t>(bell));
  // Most calls find it at none. Not to write it leaves the cache line to the workers, who read it.
  if (word == 0 && parent_sleep_.word.load(std::memory_order_relaxed) == 0) return;
  parent_sleep_.word.store(word, std::memory_order_seq_cst);
}

bool Collector::wait(const Awaited& awaited, Deadline deadline) {
  MutexLock lock(mutex_);
  if (awaited.holds()) return true;
  collected_.look();
  notify();
  if (awaited.holds() || has_passed(deadline)) return awaited.holds();

  Waiter self(awaited);
  waiters_.push_back(self);
  // Also when memory runs out in look(): nobody may keep a role that it does not fill.
  struct Leave {
    Collector& collector;
    Waiter& self;
    ~Leave() MULTIPROCESSING_NOT_CHECKED {  // wait() has the mutex
      if (collector.collecting_ == &self) collector.collecting_ = nullptr;
      collector.waiters_.erase(collector.waiters_.iterator_to(self));
      if (collector.collecting_ == nullptr) collector.go_off_duty();
    }
  };
  const Leave leave{*this, self};
  while (!awaited.holds() && !has_passed(deadline)) {
    if (collecting_ == nullptr) {
      collecting_ = &self;
      collect(lock, self, deadline);
      collecting_ = nullptr;
    } else if (deadline == never) {
      self.wake.wait(lock.native());
    } else {
      self.wake.wait_until(lock.native(), deadline);
    }
  }
  return awaited.holds();
}

// The role goes to exactly one other waiter; without one the background thread listens.
void Collector::go_off_duty() {
  if (!waiters_.empty()) {
    waiters_.front().wake.notify_one();
  } else if (background_runs_) {
    listen(background_);
    // Perhaps who should have taken the role, and looked, leaves without: its time was up.
    const bool unheard = std::exchange(waiter_.alert, false) || (background_.is_resting && collected_.has_work());
    const Deadline next = collected_.next_deadline(background_.kind);
    if (collected_.needs_attention() || unheard) {
      alert();
    } else if (next != never) {
      look_by(next);
    }
  }
}

void Collector::collect(MutexLock& lock, Waiter& self, Deadline deadline) {
  let_ring(Bell::none);
  while (true) {
    waiter_.alert = false;
    collected_.look();
    notify();
    if (self.awaited.holds() || has_passed(deadline)) return;
    if (self.awaited.spins() && spin(lock)) continue;
    sleep(lock, self, deadline);
  }
}

bool Collector::spin(MutexLock& lock) {
  if (spin_ == std::chrono::nanoseconds::zero()) return false;
  collected_.remember_news();
  return lock.unlocked([&] {
    const auto end = Clock::now() + spin_;
    std::uint32_t cpu = note_cpu(parent_sleep_.cpu);
    for (int burst = 1;; ++burst) {
      for (int round = 0; round != 32; ++round) {
        if (collected_.has_news()) return true;
        cpu_relax();
      }
      if (Clock::now() >= end) return false;
      // The worker that should answer, or another thread, may need this very CPU.
      if (burst % bursts_before_yield == 0 || collected_.works_on(cpu)) {
        std::this_thread::yield();
        cpu = note_cpu(parent_sleep_.cpu);
      }
    }
  });
}

void Collector::sleep(MutexLock& lock, Waiter& self, Deadline deadline) {
  if (self.awaited.holds() || waiter_.alert) return;
  listen(waiter_);
  if (!collected_.needs_attention()) {
    waiter_.plan_sleep(collected_.next_deadline(waiter_.kind), deadline);
    waiter_.must_be_rung = true;
    sleep_unlocked(lock, waiter_);
    waiter_.must_be_rung = false;
  }
  let_ring(Bell::none);
}

BellPoll::Woken Collector::sleep_unlocked(MutexLock& lock, const Seat& seat) {
  const Deadline deadline = seat.sleeps_until;
  const BellPoll::Woken woken = lock.unlocked([&] { return seat.poll.sleep(deadline); });
  const bool is_closed = woken == BellPoll::Woken::closed;
  const bool is_due = woken == BellPoll::Woken::by_nobody && Clock::now() >= next_check_;
  if (is_due) next_check_ = deadline_after(std::chrono::seconds(1));
  if (is_closed || (is_due && !collected_.starter_is_whole())) {
    collected_.descriptors_closed();
    changed();
    // What is left to wait for comes from other threads.
    if (is_closed) rest_.wait_until(lock.native(), std::min(deadline, deadline_after(std::chrono::milliseconds(20))));
  }
  if (woken != BellPoll::Woken::by_watched || std::exchange(starter_lost_, true)) return woken;
  waiter_.poll.unwatch();
  background_.poll.unwatch();
  collected_.starter_lost();
  changed();  // of the threads that sleep only one was woken
  return woken;
}

void Collector::notify() {
  for (Waiter& waiter : waiters_) {
    if (!waiter.awaited.holds()) continue;
    if (&waiter != collecting_) {
      waiter.wake.notify_one();
    } else if (waiter_.must_be_rung) {
      waiter_.bell.ring();
    }
  }
}

void Collector::changed() {
  notify();
  if (collecting_ != nullptr) {
    arm(waiter_);
    if (collected_.needs_attention()) waiter_.bell.ring();
  } else if (may_oversleep()) {
    alert();
  }
}

void Collector::alert() {
  Seat& seat = seat_in_use();
  seat.alert = true;
  if (seat.must_be_rung) ring(seat);
}

// The background thread sleeps, perhaps for a millisecond. Until it wakes, workers ring only for what it asked for
// before.
void Collector::arm_background() {
  if (!background_runs_ || !waiters_.empty()) return;
  arm(background_);
  if (collected_.needs_attention()) alert();
}

void Collector::look_by(Deadline when) {
  Seat& seat = seat_in_use();
  if (!seat.must_be_rung || std::exchange(seat.sleeps_until, std::min(when, seat.sleeps_until)) > when) alert();
}

void Collector::start_background() {
  if (background_runs_) return;
  background_wanted_ = true;
  start_thread_without_signals([this] { background(); });
  background_runs_ = true;
}

void Collector::begin_watch() noexcept {
  const MutexLock lock(mutex_);
  if (++watches_ != 1) return;
  arm_background();
  if (collecting_ != nullptr) changed();  // who takes the role later arms anyway
}

void Collector::end_watch() noexcept {
  const MutexLock lock(mutex_);
  --watches_;
}

void Collector::stop_background() {
  MutexLock lock(mutex_);
  background_wanted_ = false;
  ring(background_);
  background_ended_.wait(lock.native(), [&]() MULTIPROCESSING_REQUIRES(mutex_) { return !background_runs_; });
}

void Collector::ring(const Seat& seat) {
  if (seat.is_resting) {
    rest_.notify_all();
  } else {
    seat.bell.ring();
  }
}

void Collector::background() {
  MutexLock lock(mutex_);
  bool was_quiet = false;
  while (background_wanted_) {
    Deadline wake = never;
    bool lacks_memory = false;
    if (collecting_ == nullptr && waiters_.empty()) {
      let_ring(Bell::none);
      try {
        collected_.look();
      } catch (...) {
        lacks_memory = true;  // what was not taken is still there for the next look
      }
      notify();
      listen(background_);
      if (lacks_memory) {
        wake = deadline_after(std::chrono::milliseconds(20));  // others need the mutex to give some back
      } else if (collected_.needs_attention()) {
        continue;
      } else {
        wake = collected_.next_deadline(background_.kind);
      }
    }
    background_.plan_sleep(wake);
    if (wake != never || collected_.has_work() || !was_quiet) {
      const BellPoll::Woken woken = sleep_unlocked(lock, background_);
      was_quiet = woken == BellPoll::Woken::by_nobody || woken == BellPoll::Woken::closed;
    } else {
      // A pool that was idle for a second wakes nobody, not even to see whether its bells are still there.
      background_.is_resting = true;
      rest_.wait(lock.native());
      background_.is_resting = false;
      was_quiet = false;
    }
  }
  background_runs_ = false;
  background_ended_.notify_all();
}

}  // namespace multiprocessing::detail
