// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/lock.hpp>

namespace multiprocessing {
namespace detail {

class ConditionCore;

}  // namespace detail

// Waits for something that other processes or threads change under a lock: the condition's own RLock, or a lock that is
// given. Only the thread that holds the lock may call wait() and notify(): else they are std::logic_error. A copy is
// the same condition. Processes that are forked while it exists share it. It cannot be sent.
//
// If a process is killed while it waits, its notification goes to another one that waits. As with
// std::condition_variable, wait() may return without a notification, here only after a process was killed: wait_for()
// looks again.
//
// Memory ordering: that of the lock. What a thread wrote under the lock before it notified is seen after wait()
// returns.
//
// The constructor throws std::system_error.
class MULTIPROCESSING_EXPORT Condition : public detail::InheritedOnly {
 public:
  Condition();
  explicit Condition(const Lock& lock);
  explicit Condition(const RLock& lock);

  bool acquire(bool block = true) const { return lock_.acquire(block); }
  template <class Rep, class Period>
  bool acquire(std::chrono::duration<Rep, Period> timeout) const {
    return lock_.acquire(timeout);
  }
  void release() const { lock_.release(); }
  void lock() const { lock_.lock(); }
  bool try_lock() const { return lock_.try_lock(); }
  void unlock() const { lock_.unlock(); }
  bool abandoned() const { return lock_.abandoned(); }  // as Lock::abandoned(); ask after each wait, too

  // Releases the lock, however often this thread has acquired it, waits for a notification, and acquires the lock as
  // often again. The last step may take longer than the duration.
  void wait() const { (void)wait_until(detail::never); }
  // False if the duration has passed without a notification.
  template <class Rep, class Period>
  bool wait(std::chrono::duration<Rep, Period> timeout) const {
    return wait_until(detail::deadline_after(timeout));
  }
  // Waits until holds() is true, which is called with the lock held. Returns what holds() returned last.
  template <class Predicate>
  bool wait_for(Predicate holds) const {
    return wait_for_until(holds, detail::never);
  }
  template <class Predicate, class Rep, class Period>
  bool wait_for(Predicate holds, std::chrono::duration<Rep, Period> timeout) const {
    return wait_for_until(holds, detail::deadline_after(timeout));
  }

  void notify(int count = 1) const;  // wakes up to `count` of those that wait now; std::invalid_argument below 1
  void notify_all() const;           // wakes all that wait now

 private:
  bool wait_until(detail::Deadline deadline) const;
  template <class Predicate>
  bool wait_for_until(Predicate& holds, detail::Deadline deadline) const {
    bool in_time = true;
    while (!holds()) {
      if (!in_time) return false;
      in_time = wait_until(deadline);
    }
    return true;
  }

  detail::LockHandle lock_;
  std::shared_ptr<detail::ConditionCore> core_;
};

}  // namespace multiprocessing
