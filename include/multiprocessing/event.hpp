// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/deadline.hpp>
#include <multiprocessing/detail/inherited_only.hpp>

#include <memory>

namespace multiprocessing {
namespace detail {

class EventCore;

}  // namespace detail

// A flag that processes wait for. A copy is the same flag; processes that are forked while it exists have it too. It
// cannot be sent. Any thread and process may set, clear and wait; whoever ends, also while it waits, is not missed.
// The constructor throws std::system_error.
class MULTIPROCESSING_EXPORT Event : public detail::InheritedOnly {
 public:
  Event();
  bool is_set() const;
  void set() const;  // who waits goes on, even if it is cleared at once
  void clear() const;
  void wait() const { (void)wait_until(detail::never); }
  // False: the time has passed, and it was not set.
  template <class Rep, class Period>
  bool wait(std::chrono::duration<Rep, Period> timeout) const {
    return wait_until(detail::deadline_after(timeout));
  }

 private:
  bool wait_until(detail::Deadline deadline) const;

  std::shared_ptr<detail::EventCore> core_;
};

}  // namespace multiprocessing
