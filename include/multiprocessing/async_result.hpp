// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/pending.hpp>

namespace multiprocessing {

template <class R>
class AsCompleted;

// The result of apply_async, map_async or starmap_async, which comes later. Movable; one thread at a time. It may
// outlive its pool: a terminated pool answers with CancelledError. Destroying it does not cancel the work. An
// AsyncResult that is default-constructed, moved from, or whose get() has returned or thrown the result is not valid():
// every call but valid() is then std::logic_error.
//
// Memory ordering: once get(), wait() or ready() says that the work has ended, what a task wrote before it returned or
// threw is seen by this thread, as far as the two share memory: all of it in a ThreadPool or SerialPool; in a Pool only
// objects that processes share (Value, Array, SharedMemory, ...), because a worker's other memory is its own. What a
// thread wrote before it handed the work in is likewise seen by the task.
template <class R>
class AsyncResult {
 public:
  using OnValue = std::conditional_t<std::is_void_v<R>, std::function<void()>,
                                     std::function<void(const typename Outcome<R>::value_type&)>>;
  using OnError = std::function<void(std::exception_ptr)>;

  AsyncResult() = default;
  AsyncResult(AsyncResult&&) = default;  // not copied: a result is taken once
  AsyncResult& operator=(AsyncResult&&) = default;
  explicit AsyncResult(std::shared_ptr<detail::Pending<R>> pending) : pending_(std::move(pending)) {}

  bool valid() const { return pending_ != nullptr; }

  // Waits for the result and for its callbacks, and returns it, once. Throws what the task threw (map_async: the error
  // of the lowest index), or what a callback threw. With a duration: TimeoutError if it has passed; the work goes on,
  // and get() may be called again.
  R get() { return get_before(detail::never, {}); }
  template <class Rep, class Period>
  R get(std::chrono::duration<Rep, Period> timeout) {
    return get_before(detail::deadline_after(timeout), detail::to_nanoseconds(timeout));
  }

  // Waits until the work has ended, with a value or an error; never throws the task's error. False if the duration has
  // passed.
  void wait() { (void)ended_before(detail::never); }
  template <class Rep, class Period>
  bool wait(std::chrono::duration<Rep, Period> timeout) {
    return ended_before(detail::deadline_after(timeout));
  }
  bool ready() const { return ended_before(detail::Deadline::min()); }
  bool successful() const {  // no item failed; std::logic_error before ready()
    if (!ready()) detail::throw_not_ready();
    return !pending().call().failed() && static_cast<bool>(pending().outcome());
  }

  // Withdraws the items that have not begun: they end with CancelledError. True if all of the work has ended by that:
  // get() throws at once. False if it had ended before, or if some items run: they go on, and get() waits for them.
  // std::logic_error after get().
  // Running::kill also kills the workers whose items of this call run, and waits until they are gone, at most 2 s;
  // other calls do not notice. Only a Pool can do that: it is std::logic_error in the others. Short items that a worker
  // has taken several at once (0.1 ms of work) count as begun.
  bool cancel(Running what_runs = Running::finish) { return pending().call().cancel(what_runs); }

  // Sets a function that the pool's callback thread runs once, when the work has ended, with a value or an error; at
  // once if it has ended already. Functions run in the order in which their work ends. They may block, throw (get()
  // then throws it), call the pool or terminate it. A function may also destroy this object, if no call on it is under
  // way but the one that sets the function. An empty function is not called.
  AsyncResult& when_done(std::function<void()> function) & {
    return when_ended([function = std::move(function)](detail::Pending<R>&) {
      if (function) function();
    });
  }
  AsyncResult&& when_done(std::function<void()> function) && { return std::move(when_done(std::move(function))); }

  // The same with two functions, of which one runs: on_value with the value, or on_error with the error.
  AsyncResult& callback(OnValue on_value, OnError on_error = {}) & {
    return when_ended([on_value = std::move(on_value), on_error = std::move(on_error)](detail::Pending<R>& pending) {
      const Outcome<R>& outcome = pending.outcome();
      if (!outcome) {
        if (on_error) on_error(outcome.error());
      } else if (on_value) {
        if constexpr (std::is_void_v<R>) {
          on_value();
        } else {
          on_value(outcome.value());
        }
      }
    });
  }
  AsyncResult&& callback(OnValue on_value, OnError on_error = {}) && {
    return std::move(callback(std::move(on_value), std::move(on_error)));
  }
  AsyncResult& error_callback(OnError on_error) & { return callback({}, std::move(on_error)); }
  AsyncResult&& error_callback(OnError on_error) && { return std::move(error_callback(std::move(on_error))); }

 private:
  template <class Function>
  AsyncResult& when_ended(Function function) {
    (void)pending();
    const auto kept = pending_;  // the function may run, and destroy this object, before this returns
    kept->call().when_ended([kept, function = std::move(function)] { function(*kept); });
    return *this;
  }
  detail::Pending<R>& pending() const {
    if (!pending_) detail::throw_no_result();
    return *pending_;
  }
  bool ended_before(detail::Deadline deadline) const {
    detail::Call& call = pending().call();
    return call.has_ended() || call.wait(detail::Call::Until::all_ended, 0, deadline);
  }
  R get_before(detail::Deadline deadline, std::chrono::nanoseconds waited) {
    detail::Call& call = pending().call();
    if (!ended_before(deadline)) detail::throw_timeout("get()", waited);
    if (!call.wait_for_callbacks(deadline)) detail::throw_timeout("get()", waited);
    const std::shared_ptr<detail::Pending<R>> pending = std::move(pending_);
    if constexpr (std::is_void_v<R>) {
      pending->outcome().value();
    } else {
      return std::move(pending->outcome()).value();
    }
  }

  friend AsCompleted<R>;
  std::shared_ptr<detail::Pending<R>> pending_;
};

}  // namespace multiprocessing
