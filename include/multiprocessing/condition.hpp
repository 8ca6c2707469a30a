// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/lock.hpp>

namespace multiprocessing {
namespace detail {

class ConditionCore;

}  // namespace detail

// Waiting, in several processes, for something that others change under a lock: its own RLock, or one that is given.
// wait() and notify() are for the thread that holds that lock, else they are std::logic_error. A copy is the same
// condition; processes that are forked while it exists have it too. It cannot be sent.
// Who is killed while it waits is not missed: a notification goes to those that are alive. As with
// std::condition_variable a wait may end for no reason, here only after somebody was killed: wait_for() looks again.
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
  bool abandoned() const { return lock_.abandoned(); }  // as Lock::abandoned(); look after each wait, too

  // Releases the lock, however often it was acquired, waits, and acquires it again, however long that takes.
  void wait() const { (void)wait_until(detail::never); }
  // False: the time has passed without a notification.
  template <class Rep, class Period>
  bool wait(std::chrono::duration<Rep, Period> timeout) const {
    return wait_until(detail::deadline_after(timeout));
  }
  // Until holds() is true, which is called with the lock held. Gives what it says in the end.
  template <class Predicate>
  bool wait_for(Predicate holds) const {
    return wait_for_until(holds, detail::never);
  }
  template <class Predicate, class Rep, class Period>
  bool wait_for(Predicate holds, std::chrono::duration<Rep, Period> timeout) const {
    return wait_for_until(holds, detail::deadline_after(timeout));
  }

  void notify(int count = 1) const;  // so many of those that wait now; std::invalid_argument below 1
  void notify_all() const;

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
