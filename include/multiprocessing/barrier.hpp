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

// A place where a number of processes or threads wait for each other; then all go on, and it can be used again. A copy
// is the same barrier; processes that are forked while it exists have it too. It cannot be sent. Any thread may wait.
// action runs in the last one that arrives, before anybody goes on; what it throws breaks the barrier, and to use the
// barrier in it is std::logic_error. timeout: how long wait() waits that is not told otherwise.
// When a process ends that waits, or that runs the action, the barrier is broken for all others.
// While the action runs, n_waiting() and reset() wait for its end; abort() and a wait() whose time passes do not.
// The constructor throws std::invalid_argument for less than one party, std::system_error.
class MULTIPROCESSING_EXPORT Barrier : public detail::InheritedOnly {
 public:
  explicit Barrier(int parties, std::function<void()> action = {});
  template <class Rep, class Period>
  Barrier(int parties, std::function<void()> action, std::chrono::duration<Rep, Period> timeout)
      : Barrier(detail::to_nanoseconds(timeout), parties, std::move(action)) {}

  // 0 to parties() - 1, another number in each. Blocks until all are there; BrokenBarrierError if that cannot be, or if
  // it lasts longer than the timeout, which breaks the barrier for all.
  int wait() const;
  template <class Rep, class Period>
  int wait(std::chrono::duration<Rep, Period> timeout) const {
    return wait_until(detail::deadline_after(timeout));
  }
  void abort() const;  // breaks it
  void reset() const;  // it is as new; for those that wait it is broken

  int parties() const;
  int n_waiting() const;  // at this moment; 0 of one that is broken
  bool broken() const;

 private:
  Barrier(std::chrono::nanoseconds timeout, int parties, std::function<void()> action);
  int wait_until(detail::Deadline deadline) const;

  std::shared_ptr<detail::BarrierCore> core_;
};

}  // namespace multiprocessing
