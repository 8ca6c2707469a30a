// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/deadline.hpp>
#include <multiprocessing/detail/inherited_only.hpp>

#include <memory>

namespace multiprocessing {
namespace detail {

class EventCore;

}  // namespace detail

// A flag that processes wait for. A copy is the same flag. Processes that are forked while it exists share it. It
// cannot be sent. Any thread and process may set, clear and wait. A process that ends, even while it waits or sets,
// holds nobody up.
//
// Memory ordering: what a thread wrote before the set() that changed the flag is seen by each thread whose wait() or
// is_set() returns true because of it. A set() of an event that is set already changes nothing, and orders nothing.
//
// The constructor throws std::system_error.
class MULTIPROCESSING_EXPORT Event : public detail::InheritedOnly {
 public:
  Event();
  bool is_set() const;
  void set() const;  // wakes all that wait, even if the event is cleared at once
  void clear() const;
  void wait() const { (void)wait_until(detail::never); }
  // False if the duration has passed and the event was not set meanwhile.
  template <class Rep, class Period>
  bool wait(std::chrono::duration<Rep, Period> timeout) const {
    return wait_until(detail::deadline_after(timeout));
  }

 private:
  bool wait_until(detail::Deadline deadline) const;

  std::shared_ptr<detail::EventCore> core_;
};

}  // namespace multiprocessing
