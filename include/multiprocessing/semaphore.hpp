// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/deadline.hpp>
#include <multiprocessing/detail/inherited_only.hpp>

#include <memory>

namespace multiprocessing {
namespace detail {

class SemaphoreCore;

}  // namespace detail

// A number of permits, at least 0, that processes share: acquire() takes a permit and waits while there is none,
// release() adds one. A copy is the same semaphore. Processes that are forked while it exists share it. It cannot be
// sent.
//
// Any thread and process may release what another one acquired. So nobody holds a permit: unlike a Lock, it is not
// given back when the process that took it ends. A process that ends while it waits takes no permit.
//
// Memory ordering: what a thread wrote before release() is seen by the one whose acquire() takes that permit, in any
// process.
//
// The constructor throws std::invalid_argument for a value below 0, std::system_error without memory.
class MULTIPROCESSING_EXPORT Semaphore : public detail::InheritedOnly {
 public:
  explicit Semaphore(int value = 1);

  // True if a permit was taken. Waits without end, not at all (block = false), or for the duration.
  bool acquire(bool block = true) const { return acquire_until(block ? detail::never : detail::Clock::now()); }
  template <class Rep, class Period>
  bool acquire(std::chrono::duration<Rep, Period> timeout) const {
    return acquire_until(detail::deadline_after(timeout));
  }
  // Waits only for other calls of release(). std::invalid_argument for a count below 1, std::overflow_error if there
  // would be more permits than an int can count.
  void release(int count = 1) const;
  int get_value() const;  // permits at this moment

  // The names that std::scoped_lock and std::unique_lock use: they take one permit and add it again.
  void lock() const { acquire_until(detail::never); }
  void unlock() const { release(); }
  bool try_lock() const { return acquire(false); }
  template <class Rep, class Period>
  bool try_lock_for(std::chrono::duration<Rep, Period> timeout) const {
    return acquire(timeout);
  }
  template <class OtherClock, class Duration>
  bool try_lock_until(std::chrono::time_point<OtherClock, Duration> end) const {
    return acquire_until(detail::deadline_at(end));
  }

 protected:
  Semaphore(int value, bool is_bounded);

 private:
  bool acquire_until(detail::Deadline deadline) const;

  std::shared_ptr<detail::SemaphoreCore> core_;
};

// A Semaphore that never exceeds its first value: release() is std::logic_error if it would.
class MULTIPROCESSING_EXPORT BoundedSemaphore : public Semaphore {
 public:
  explicit BoundedSemaphore(int value = 1);
};

}  // namespace multiprocessing
