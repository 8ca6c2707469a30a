// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/async_result.hpp>
#include <multiprocessing/detail/completions.hpp>
#include <multiprocessing/result_range.hpp>

#include <unordered_map>
#include <vector>

namespace multiprocessing {

// Results in the order in which their work ends, however it ends: with a value, with an error, or with its pool. They
// may come from any pools of any engine, and more may be added at any time, also inside a loop over this object.
// Python: concurrent.futures.as_completed(), and wait(FIRST_COMPLETED).
//
// A movable std::ranges::input_range of Outcome<R>; one thread at a time; a moved-from one may only be destroyed or
// assigned to, else it is std::logic_error. It belongs to the process that made it: in a process forked later add(),
// next() and fileno() are std::logic_error, unless nothing is left. Destroying it does not cancel the work. To make one
// takes a page of memory: std::system_error if the system refuses it.
// The thread that waits collects the results of a Pool by itself. If results of several pools are awaited together, or
// fileno() was called, threads of the pools do, which may cost a wake-up for each answer.
// Memory ordering: as AsyncResult, for each result that it gives out.
template <class R>
class AsCompleted {
 public:
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = Outcome<R>;
    using difference_type = std::ptrdiff_t;
    iterator() = default;
    explicit iterator(AsCompleted& range) : range_(&range) { ++*this; }
    iterator(iterator&&) = default;
    iterator& operator=(iterator&&) = default;
    Outcome<R>& operator*() const { return *range_->current_; }
    iterator& operator++() {
      range_->current_.reset();
      if (range_->size() != 0) range_->current_.emplace(range_->next());
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& position, std::default_sentinel_t) { return position.at_end(); }

   private:
    bool at_end() const { return !range_->current_; }
    AsCompleted* range_ = nullptr;
  };

  explicit AsCompleted(std::vector<AsyncResult<R>> results = {}) {
    for (AsyncResult<R>& result : results) add(std::move(result));
  }

  // Takes the result, also one that has ended. Returns its index: 0, 1, 2 ... in the order of the calls. Never blocks.
  // std::logic_error if the result is not valid().
  std::size_t add(AsyncResult<R> result) {
    const std::size_t index = completions_.next_index();
    detail::Call& call = result.pending().call();
    const auto place = open_.emplace(index, std::move(result.pending_)).first;
    try {
      completions_.add(call);
    } catch (...) {
      open_.erase(place);
      throw;
    }
    return index;
  }
  std::size_t size() const { return open_.size(); }  // results that were added and not given out yet

  // Waits for the next end, and for the callbacks of that result, and gives the outcome out. Its index() is what add()
  // returned; its error is what the task threw (map_async: the error of the lowest index), or what a callback threw.
  // StopIteration if size() is 0. TimeoutError if the duration has passed: nothing is lost, and next() may be called
  // again.
  Outcome<R> next() { return next_before(detail::never, {}); }
  template <class Rep, class Period>
  Outcome<R> next(std::chrono::duration<Rep, Period> timeout) {
    return next_before(detail::deadline_after(timeout), detail::to_nanoseconds(timeout));
  }
  iterator begin() { return iterator(*this); }
  std::default_sentinel_t end() const { return {}; }

  // A descriptor for poll(2), mp::wait() or an event loop. It is readable exactly while next() would give out a result
  // without waiting for an end, so never while size() is 0. If that result has callbacks, next() waits for them. This
  // object reads, writes and closes it; nobody else may. Made by the first call, which is std::system_error if the
  // system refuses a descriptor. Never blocks.
  int fileno() const { return completions_.fileno(); }

  // Cancels what is left, one after the other, each as AsyncResult::cancel() does. next() gives out these results, too;
  // those of cancelled work have a CancelledError. Running::kill is std::logic_error if work of a ThreadPool runs; all
  // else is cancelled first.
  void cancel(Running what_runs = Running::finish) {
    for (auto& [index, pending] : open_) pending->call().cancel(Running::finish);
    if (what_runs == Running::finish) return;
    std::exception_ptr refusal;
    for (auto& [index, pending] : open_) {
      try {
        if (!pending->call().has_ended()) pending->call().cancel(what_runs);
      } catch (const std::logic_error&) {
        refusal = std::current_exception();
      }
    }
    if (refusal) std::rethrow_exception(refusal);
  }

 private:
  Outcome<R> next_before(detail::Deadline deadline, std::chrono::nanoseconds waited) {
    if (open_.empty()) detail::throw_stop_iteration();
    if (!completions_.wait(open_.begin()->second->call(), deadline)) detail::throw_timeout("next()", waited);
    const auto ended = open_.find(completions_.front());
    Outcome<R> outcome = outcome_of(*ended, deadline, waited);
    completions_.pop(ended->second->call());
    open_.erase(ended);
    return outcome;
  }
  using Open = std::unordered_map<std::size_t, std::shared_ptr<detail::Pending<R>>>;
  static Outcome<R> outcome_of(const typename Open::value_type& ended, detail::Deadline deadline,
                               std::chrono::nanoseconds waited) {
    const auto& [index, pending] = ended;
    bool in_time = true;
    try {
      in_time = pending->call().wait_for_callbacks(deadline);
    } catch (...) {
      return Outcome<R>::failure(index, std::current_exception());
    }
    if (!in_time) detail::throw_timeout("next()", waited);
    Outcome<R>& outcome = pending->outcome();
    if (!outcome) return Outcome<R>::failure(index, outcome.error());
    return Outcome<R>::success(index, std::move(outcome).value());
  }

  mutable detail::Completions completions_;
  Open open_;
  std::optional<Outcome<R>> current_;
};

// for (Outcome<R>& outcome : as_completed(std::move(results))) ...
template <class R>
AsCompleted<R> as_completed(std::vector<AsyncResult<R>> results) {
  return AsCompleted<R>(std::move(results));
}

}  // namespace multiprocessing
