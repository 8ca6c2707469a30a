// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/deadline.hpp>
#include <multiprocessing/detail/inherited_only.hpp>

#include <memory>

namespace multiprocessing {

class Condition;

namespace detail {

class LockCore;

// What Lock and RLock have in common: Python's names, and the standard's, for std::scoped_lock and std::unique_lock.
class MULTIPROCESSING_EXPORT LockHandle : public InheritedOnly {
 public:
  // True: this thread holds it now. Blocks without end, or not at all (block = false), or for so long at most.
  bool acquire(bool block = true) const { return acquire_until(block ? never : Clock::now()); }
  template <class Rep, class Period>
  bool acquire(std::chrono::duration<Rep, Period> timeout) const {
    return acquire_until(deadline_after(timeout));
  }
  void release() const;  // std::logic_error if this thread does not hold it
  bool locked() const;   // by anybody, at this moment
  // Whoever held it before has ended without having released it: what it protects may be half done. For the thread that
  // holds it now, until that releases it.
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

// Mutual exclusion between processes, and between threads. A copy is the same lock; processes that are forked while it
// exists have it too: captured, global, or as an argument of a Process. It cannot be sent. Any thread may use it.
// Who ends while holding it, even by SIGKILL, gives it to the next one, to whom abandoned() is then true.
// Only the thread that acquired it may release it (Python lets anybody). To acquire it twice in a thread is
// std::logic_error instead of a deadlock. The constructor throws std::system_error.
// Source of the rules: pthread_mutexattr_setrobust(3).
class MULTIPROCESSING_EXPORT Lock : public detail::LockHandle {
 public:
  Lock();
};

// A Lock that a thread which holds it may acquire again; it is free when it was released as often.
class MULTIPROCESSING_EXPORT RLock : public detail::LockHandle {
 public:
  RLock();
};

}  // namespace multiprocessing
