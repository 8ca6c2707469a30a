// SPDX-License-Identifier: MIT
#pragma once

#include "pool/parent/seat.hpp"

#include <boost/intrusive/list.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace multiprocessing::detail {

// What the collector collects from. All but has_news() under the collector's mutex.
class Collected {
 public:
  virtual void look() = 0;                       // takes what there is, hands out what can be handed out
  using For = Bell;                              // the seat that is meant: not Bell::none
  virtual void arm(bool eager, For whom) = 0;    // says what workers shall ring for
  virtual bool needs_attention() = 0;            // would somebody have rung already?
  virtual Deadline next_deadline(For whom) = 0;  // when to look although nobody rings
  virtual bool eager_in_background() = 0;        // does anybody wait who does not call: callbacks, join()?
  virtual void starter_lost() = 0;
  virtual bool has_work() const = 0;          // something may happen that somebody rings for
  virtual bool starter_is_whole() const = 0;  // the program has closed none of its descriptors
  virtual void descriptors_closed() = 0;      // by the program
  virtual void remember_news() = 0;           // has_news() is about what comes after this
  virtual bool has_news() const = 0;          // without the mutex, by the one thread that waits

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

// Who waits. The role of collecting is held by one thread at a time: whoever waits takes it, and hands it on when its
// own result is there. While nobody waits, the background thread listens, if there is one. No code of the user runs
// here.
class Collector {
 public:
  Collector(Collected& collected, ParentSleepWord& parent_sleep, std::chrono::nanoseconds spin);
  ~Collector();  // after stop_background()

  std::mutex& mutex() { return mutex_; }
  MarkedFd waiter_bell() const { return waiter_.bell.marked(); }
  MarkedFd background_bell() const { return background_.bell.marked(); }
  void watch(int lost_fd);  // readable once the starter of workers has ended

  // Until it holds (it is asked under the mutex) or the deadline has passed: what it says then.
  bool wait(const Awaited& awaited, Deadline deadline);
  void changed();  // under the mutex: who waits or listens may have to look
  // Whoever sleeps, or is about to, may do so for ever: it has not heard of what was handed in since it looked.
  bool may_oversleep() const { return waiters_.empty() ? background_runs_ && !background_.alert : !waiter_.alert; }
  bool is_resting() const { return background_.is_resting; }  // the background thread does not listen
  void alert();                                               // under the mutex: it looks, now
  void arm_background();                                      // likewise: eager_in_background() has changed
  void look_by(Deadline when);                                // likewise: then at the latest
  void start_background();                                    // under the mutex; once
  void stop_background();                                     // without it; waits for the thread

 private:
  struct Waiter : boost::intrusive::list_base_hook<> {
    explicit Waiter(const Awaited& what) : awaited(what) {}
    const Awaited& awaited;
    std::condition_variable wake;
  };
  void collect(std::unique_lock<std::mutex>& lock, Waiter& self, Deadline deadline);
  void sleep(std::unique_lock<std::mutex>& lock, Waiter& self, Deadline deadline);
  bool spin(std::unique_lock<std::mutex>& lock);
  void notify();
  void go_off_duty();
  Seat& seat_in_use() { return waiters_.empty() ? background_ : waiter_; }  // who may have to be alerted sits there
  void arm(const Seat& seat);
  void listen(const Seat& seat);
  void let_ring(Bell bell);
  BellPoll::Woken sleep_unlocked(std::unique_lock<std::mutex>& lock, const Seat& seat);
  void background();
  void ring(const Seat& seat);

  Collected& collected_;
  ParentSleepWord& parent_sleep_;
  const std::chrono::nanoseconds spin_;
  std::mutex mutex_;
  Seat waiter_{Bell::waiter};
  Seat background_{Bell::background};
  bool starter_lost_ = false;
  boost::intrusive::list<Waiter> waiters_;  // to wait takes no memory
  Waiter* collecting_ = nullptr;
  std::uint32_t sleeps_ = 0;
  bool background_wanted_ = false;
  bool background_runs_ = false;
  std::condition_variable background_ended_;
  std::condition_variable rest_;  // for the background thread while nobody rings: there is no work, or no bell
  Deadline next_check_{};         // of the starter's descriptors
};

}  // namespace multiprocessing::detail
