// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/deadline.hpp>
#include <multiprocessing/detail/inherited_only.hpp>

#include <memory>

namespace multiprocessing {

class Condition;

namespace detail {

class LockCore;

// What Lock and RLock have in common: Python's names, and those that std::scoped_lock and std::unique_lock use.
class MULTIPROCESSING_EXPORT LockHandle : public InheritedOnly {
 public:
  // True if this thread holds the lock now. Waits without end, not at all (block = false), or for the duration.
  bool acquire(bool block = true) const { return acquire_until(block ? never : Clock::now()); }
  template <class Rep, class Period>
  bool acquire(std::chrono::duration<Rep, Period> timeout) const {
    return acquire_until(deadline_after(timeout));
  }
  void release() const;  // never blocks; std::logic_error if this thread does not hold the lock
  bool locked() const;   // some thread of some process holds it at this moment
  // True if the last holder ended without release(): what the lock protects may be half done. To be asked by the thread
  // that holds the lock; true until it releases the lock.
  bool abandoned() const;

  void lock() const { acquire_until(never); }
  void unlock() const { release(); }
  bool try_lock() const { return acquire(false); }
  template <class Rep, class Period>
  bool try_lock_for(std::chrono::duration<Rep, Period> timeout) const {
    return acquire(timeout);
  }
  template <class OtherClock, class Duration>
  bool try_lock_until(std::chrono::time_point<OtherClock, Duration> end) const {
    return acquire_until(deadline_at(end));
  }

 protected:
  explicit LockHandle(std::shared_ptr<LockCore> core) : core_(std::move(core)) {}

 private:
  friend class multiprocessing::Condition;
  bool acquire_until(Deadline deadline) const;

  std::shared_ptr<LockCore> core_;
};

}  // namespace detail

// Mutual exclusion between processes, and between threads. A copy is the same lock. Processes that are forked while it
// exists share it: captured, global, or as an argument of a Process. It cannot be sent. Any thread may use it. A child
// does not inherit the holding: a lock that a thread holds while its process forks stays that thread's.
//
// Only the thread that acquired it may release it (Python lets any thread). Acquiring it twice in one thread is
// std::logic_error, instead of a deadlock. If its holder ends, even by SIGKILL, the next waiter acquires it, and
// abandoned() is then true.
//
// Memory ordering: what a thread wrote before it released the lock, or before it ended as the holder, is seen by the
// thread that acquires the lock next, in any process.
//
// The constructor throws std::system_error. Source of the rules: pthread_mutexattr_setrobust(3).
class MULTIPROCESSING_EXPORT Lock : public detail::LockHandle {
 public:
  Lock();
};

// A Lock that its holder may acquire again. It is free once its holder has released it as often as it acquired it.
class MULTIPROCESSING_EXPORT RLock : public detail::LockHandle {
 public:
  RLock();
};

}  // namespace multiprocessing
