// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/call_settings.hpp>
#include <multiprocessing/detail/deadline.hpp>
#include <multiprocessing/detail/export.hpp>
#include <multiprocessing/outcome.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace multiprocessing::detail {

class CallbackThread;
class CompletionQueue;
class TaskTerms;

// Notices the ends of calls that only a thread which looks can notice: those of a Pool. Any thread.
class BackgroundWatch {
 public:
  virtual ~BackgroundWatch() = default;
  // Between the two a thread of the pool notices each end at once, also while no thread waits. They may be nested.
  virtual void begin_watch() noexcept = 0;
  virtual void end_watch() noexcept = 0;
};

// One call of a pool (map, apply, imap, ...) while it is under way, without its types: items go in, outcomes come out.
// Items are numbered from 0 as they are handed in. One thread at a time waits; any thread may hand in items, withdraw
// them and end the input.
class MULTIPROCESSING_EXPORT Call {
 public:
  enum class Until { all_ended, item_ended, any_ended, any_told };

  explicit Call(CallbackThread& callback_thread);  // the thread outlives the call
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  virtual ~Call();

  // Waits until all items have ended and no more will come; or until item `index` has ended; or until an item has ended
  // that take_next() has not returned yet; or until there is something in the queue that this call tells. False if the
  // deadline came first.
  virtual bool wait(Until until, std::size_t index, Deadline deadline) = 0;
  // Withdraws the items that have not begun: they end with CancelledError. Returns when nothing refers to the caller's
  // objects any more.
  virtual void withdraw() = 0;
  // As AsyncResult::cancel().
  virtual bool cancel(Running what_runs) = 0;
  bool stop_requested() const;  // by the stop_token of its options
  // False once a stop was requested, or once an item was handed in after the pool was terminated: then reading more of
  // the input is of no use.
  bool takes_more() const { return (marks_.load(std::memory_order_relaxed) & refusing) == 0 && !stop_requested(); }
  virtual std::size_t take_next() = 0;  // the index of the item that ended next; after wait(any_ended)
  virtual bool failed() = 0;            // after all_ended: an item ended with an error

  // True if all items have ended and no more will come: the call does not change any more. Costs next to nothing. What
  // the tasks wrote to memory that they share with this thread is then seen by it.
  bool has_ended() const { return (marks_.load(std::memory_order_acquire) & ended) != 0; }

  // The pool's callback thread runs it once, after all items have ended; at once if they have. Keeps an exception that
  // it throws.
  void when_ended(std::function<void()> callback);
  // Waits for the callbacks set so far; rethrows the first exception that one threw. Inside a callback it does not
  // wait.
  bool wait_for_callbacks(Deadline deadline);
  // Puts the tag into the queue when all items have ended; at once if they have. At most once for each call.
  void tell(std::shared_ptr<CompletionQueue> queue, std::size_t tag) noexcept;
  // Null: no thread has to look, the one that ends the call tells.
  virtual std::shared_ptr<BackgroundWatch> background_watch() { return nullptr; }
  // Locks what a callback and the caller both touch. If there are no callbacks, it locks nothing.
  std::unique_lock<std::mutex> lock_out_callbacks();

 protected:
  virtual void before_callback() {}  // from now on the end must be noticed even if nobody waits
  void announce_end();               // by the pool, once, when all items have ended; takes no lock of the pool
  // Takes those of the TaskOptions that concern the call; null: none were given. Called without a lock: the stop may be
  // requested now.
  void accept(const TaskOptions* options, const std::weak_ptr<Call>& self);
  virtual void stop() = 0;  // as withdraw(), but waits for no item
  void refuse_more() { marks_.fetch_or(refusing, std::memory_order_relaxed); }
  TaskTerms* terms() const { return terms_.get(); }
  bool any_told() const;  // after tell()

 private:
  struct Callbacks;
  static constexpr unsigned ended = 1;
  static constexpr unsigned has_callbacks = 2;
  static constexpr unsigned refusing = 4;
  static constexpr unsigned tells = 8;
  void post_callbacks() noexcept;
  void run(const std::function<void()>& callback) noexcept;

  CallbackThread& callback_thread_;
  std::atomic<unsigned> marks_ = 0;
  std::unique_ptr<Callbacks> callbacks_;  // made with the first one: most calls have none
  std::unique_ptr<TaskTerms> terms_;      // likewise
  std::shared_ptr<CompletionQueue> told_;
  std::size_t tag_ = 0;
};

// A submission's answers() returns an object that knows the call's types. It names the Result of f, and has
//   call(), size()   the call; the number of items handed in
//   take(index)      the Outcome<Result> of an item: once, after wait() said that the item has ended
//   take_values()    all values, after all_ended; throws the error of the lowest index instead
// This is take_values(), item by item.
template <class Answers, class... Kept>
auto take_each_value(Answers& answers, Kept&... kept) {
  std::vector<typename Outcome<typename Answers::Result>::value_type> values;
  const std::size_t count = answers.size();
  values.reserve(count);
  for (std::size_t index = 0; index != count; ++index) values.push_back(answers.take(index, kept...).value());
  return values;
}

// The answers of a call that was refused at compile time. Never made.
template <class R>
struct NoAnswers {
  using Result = R;
  Call& call();
  std::size_t size();
  Outcome<R> take(std::size_t index);
  std::vector<typename Outcome<R>::value_type> take_values();
};

}  // namespace multiprocessing::detail
