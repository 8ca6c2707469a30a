// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/deadline.hpp>
#include <multiprocessing/detail/inherited_only.hpp>

#include <memory>

namespace multiprocessing {
namespace detail {

class SemaphoreCore;

}  // namespace detail

// A number, at least 0, that processes share: acquire() takes one of it and waits while there is none, release() gives
// one back. A copy is the same semaphore; processes that are forked while it exists have it too. It cannot be sent.
// Any thread and process may release what another acquired. So nobody holds it: what a process that ends has acquired
// stays taken, unlike a Lock's; one that ends while it waits is not missed.
// The constructor throws std::invalid_argument below 0, std::system_error without memory.
class MULTIPROCESSING_EXPORT Semaphore : public detail::InheritedOnly {
 public:
  explicit Semaphore(int value = 1);

  // True: one was taken. Blocks without end, or not at all (block = false), or for so long at most.
  bool acquire(bool block = true) const { return acquire_until(block ? detail::never : detail::Clock::now()); }
  template <class Rep, class Period>
  bool acquire(std::chrono::duration<Rep, Period> timeout) const {
    return acquire_until(detail::deadline_after(timeout));
  }
  void release(int count = 1) const;  // std::invalid_argument below 1, std::overflow_error beyond what an int holds
  int get_value() const;              // at this moment

  // The standard's names, for std::scoped_lock and std::unique_lock: one is taken, and given back.
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

// A Semaphore that never exceeds its first value: to release it more often than it was acquired is std::logic_error.
class MULTIPROCESSING_EXPORT BoundedSemaphore : public Semaphore {
 public:
  explicit BoundedSemaphore(int value = 1);
};

}  // namespace multiprocessing
