// SPDX-License-Identifier: MIT
#pragma once

#include "os/mutex.hpp"
#include "pool/parent/seat.hpp"

#include <boost/intrusive/list.hpp>

#include <chrono>
#include <condition_variable>
#include <utility>

namespace multiprocessing::detail {

// What the collector collects from. All but has_news() and works_on() under the collector's mutex.
class Collected {
 public:
  virtual void look() = 0;                       // takes what there is, hands out what can be handed out
  using For = Bell;                              // the seat that is meant: not Bell::none
  virtual void arm(bool eager, For whom) = 0;    // says what workers shall ring for
  virtual bool needs_attention() = 0;            // would somebody have rung already?
  virtual Deadline next_deadline(For whom) = 0;  // when to look although nobody rings
  virtual bool eager_in_background() = 0;        // does anybody wait who does not call: callbacks, join()?
  virtual void starter_lost() = 0;
  virtual bool has_work() const = 0;                   // something may happen that somebody rings for
  virtual bool starter_is_whole() const = 0;           // the program has closed none of its descriptors
  virtual void descriptors_closed() = 0;               // by the program
  virtual void remember_news() = 0;                    // has_news() is about what look() has not taken
  virtual bool has_news() const = 0;                   // without the mutex, by the one thread that waits
  virtual bool works_on(std::uint32_t cpu) const = 0;  // does a worker of whom news is expected? Without the mutex, too

 protected:
  ~Collected() = default;
};

// What a thread waits for. All under the collector's mutex.
class Awaited {
 public:
  virtual bool holds() const = 0;
  virtual bool eager() const { return true; }   // wake for every answer
  virtual bool spins() const { return false; }  // it is expected within microseconds

 protected:
  ~Awaited() = default;
};

template <class Holds>
class AwaitedWhen final : public Awaited {
 public:
  explicit AwaitedWhen(Holds holds) : holds_(std::move(holds)) {}
  bool holds() const override MULTIPROCESSING_NOT_CHECKED { return holds_(); }

 private:
  Holds holds_;
};

// Who waits. The role of collecting is held by one thread at a time: whoever waits takes it, and hands it on when its
// own result is there. While nobody waits, the background thread listens, if there is one. No code of the user runs
// here.
class Collector {
 public:
  Collector(Collected& collected, ParentSleepWord& parent_sleep, std::chrono::nanoseconds spin);
  ~Collector();  // after stop_background()

  Mutex& mutex() const MULTIPROCESSING_RETURNS_MUTEX(mutex_) { return mutex_; }
  // The bells never change.
  MarkedFd waiter_bell() const MULTIPROCESSING_NOT_CHECKED { return waiter_.bell.marked(); }
  MarkedFd background_bell() const MULTIPROCESSING_NOT_CHECKED { return background_.bell.marked(); }
  // Before anybody waits. `lost_fd` is readable once the starter of workers has ended.
  void watch(int lost_fd) MULTIPROCESSING_NOT_CHECKED;

  // Until it holds (it is asked under the mutex) or the deadline has passed: what it says then.
  bool wait(const Awaited& awaited, Deadline deadline);
  void changed() MULTIPROCESSING_REQUIRES(mutex_);  // who waits or listens may have to look
  bool has_waiters() const MULTIPROCESSING_REQUIRES(mutex_) { return !waiters_.empty(); }
  // True if the sleeper was not told of work submitted since its last look.
  bool may_oversleep() const MULTIPROCESSING_REQUIRES(mutex_) {
    return waiters_.empty() ? background_runs_ && !background_.alert : !waiter_.alert;
  }
  // The background thread does not listen.
  bool is_resting() const MULTIPROCESSING_REQUIRES(mutex_) { return background_.is_resting; }
  void alert() MULTIPROCESSING_REQUIRES(mutex_);                 // it looks, now
  void arm_background() MULTIPROCESSING_REQUIRES(mutex_);        // eager_in_background() has changed
  void look_by(Deadline when) MULTIPROCESSING_REQUIRES(mutex_);  // then at the latest
  void start_background() MULTIPROCESSING_REQUIRES(mutex_);      // once
  // Between the two the background thread, if it runs, looks at each answer.
  void begin_watch() noexcept;
  void end_watch() noexcept;
  void stop_background();  // waits for the thread

 private:
  struct Waiter : boost::intrusive::list_base_hook<> {
    explicit Waiter(const Awaited& what) : awaited(what) {}
    const Awaited& awaited;
    std::condition_variable wake;
  };
  void collect(MutexLock& lock, Waiter& self, Deadline deadline) MULTIPROCESSING_REQUIRES(mutex_);
  void sleep(MutexLock& lock, Waiter& self, Deadline deadline) MULTIPROCESSING_REQUIRES(mutex_);
  bool spin(MutexLock& lock) MULTIPROCESSING_REQUIRES(mutex_);
  void notify() MULTIPROCESSING_REQUIRES(mutex_);
  void go_off_duty() MULTIPROCESSING_REQUIRES(mutex_);
  // Who may have to be alerted sits there.
  Seat& seat_in_use() MULTIPROCESSING_REQUIRES(mutex_) { return waiters_.empty() ? background_ : waiter_; }
  void arm(const Seat& seat) MULTIPROCESSING_REQUIRES(mutex_);
  void listen(const Seat& seat) MULTIPROCESSING_REQUIRES(mutex_);
  void let_ring(Bell bell) MULTIPROCESSING_REQUIRES(mutex_);
  BellPoll::Woken sleep_unlocked(MutexLock& lock, const Seat& seat) MULTIPROCESSING_REQUIRES(mutex_);
  void background();
  void ring(const Seat& seat) MULTIPROCESSING_REQUIRES(mutex_);

  Collected& collected_;
  ParentSleepWord& parent_sleep_;
  const std::chrono::nanoseconds spin_;
  mutable Mutex mutex_;
  Seat waiter_ MULTIPROCESSING_GUARDED_BY(mutex_){Bell::waiter};
  Seat background_ MULTIPROCESSING_GUARDED_BY(mutex_){Bell::background};
  bool starter_lost_ MULTIPROCESSING_GUARDED_BY(mutex_) = false;
  boost::intrusive::list<Waiter> waiters_ MULTIPROCESSING_GUARDED_BY(mutex_);  // to wait takes no memory
  Waiter* collecting_ MULTIPROCESSING_GUARDED_BY(mutex_) = nullptr;
  std::uint32_t sleeps_ MULTIPROCESSING_GUARDED_BY(mutex_) = 0;
  std::size_t watches_ MULTIPROCESSING_GUARDED_BY(mutex_) = 0;
  bool background_wanted_ MULTIPROCESSING_GUARDED_BY(mutex_) = false;
  bool background_runs_ MULTIPROCESSING_GUARDED_BY(mutex_) = false;
  std::condition_variable background_ended_;
  std::condition_variable rest_;  // for the background thread while nobody rings: there is no work, or no bell
  Deadline next_check_ MULTIPROCESSING_GUARDED_BY(mutex_){};  // of the starter's descriptors
};

}  // namespace multiprocessing::detail
