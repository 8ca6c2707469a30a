// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/deadline.hpp>
#include <multiprocessing/detail/inherited_only.hpp>
#include <multiprocessing/errors.hpp>

#include <functional>
#include <memory>
#include <utility>

namespace multiprocessing {
namespace detail {

class BarrierCore;

}  // namespace detail

// Lets a number of processes or threads wait for each other. When all have arrived, all go on, and the barrier can be
// used again. A copy is the same barrier. Processes that are forked while it exists share it. It cannot be sent. Any
// thread may wait.
//
// The last one to arrive runs `action` before any other goes on. If the action throws, the barrier is broken. To use
// the barrier in the action is std::logic_error. `timeout` is the limit of a wait() without a limit of its own.
// If a process ends while it waits or runs the action, the barrier is broken for all others.
// While the action runs, n_waiting() and reset() wait for its end; abort(), and a wait() whose time passes, do not.
//
// Memory ordering: what each party wrote before its wait(), and what the action wrote, is seen by all parties whose
// wait() returns. A wait() that throws orders nothing.
//
// The constructor throws std::invalid_argument for less than one party, std::system_error.
class MULTIPROCESSING_EXPORT Barrier : public detail::InheritedOnly {
 public:
  explicit Barrier(int parties, std::function<void()> action = {});
  template <class Rep, class Period>
  Barrier(int parties, std::function<void()> action, std::chrono::duration<Rep, Period> timeout)
      : Barrier(detail::to_nanoseconds(timeout), parties, std::move(action)) {}

  // Blocks until all have arrived. Returns the order of arrival, 0 to parties() - 1: another number in each.
  // BrokenBarrierError if the barrier is or becomes broken, or if the wait exceeds the limit, which breaks the barrier
  // for all. std::system_error if the system gives no descriptor to wait by.
  int wait() const;
  template <class Rep, class Period>
  int wait(std::chrono::duration<Rep, Period> timeout) const {
    return wait_until(detail::deadline_after(timeout));
  }
  void abort() const;  // breaks the barrier
  void reset() const;  // makes the barrier as new; those that wait get BrokenBarrierError

  int parties() const;
  int n_waiting() const;  // at this moment; 0 while the barrier is broken
  bool broken() const;

 private:
  Barrier(std::chrono::nanoseconds timeout, int parties, std::function<void()> action);
  int wait_until(detail::Deadline deadline) const;

  std::shared_ptr<detail::BarrierCore> core_;
};

}  // namespace multiprocessing
