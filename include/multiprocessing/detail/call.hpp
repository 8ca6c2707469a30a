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
class TaskTerms;

// One call of a pool (map, apply, imap, …) while it is under way, without its types: items go in, outcomes come out.
// Items are numbered from 0 as they are handed in. One thread at a time waits; any thread may hand in, withdraw, end.
class MULTIPROCESSING_EXPORT Call {
 public:
  enum class Until { all_ended, item_ended, any_ended };

  explicit Call(CallbackThread& callback_thread);  // which outlives it
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  virtual ~Call();

  // Waits until all items have ended and no more will come, or item `index` has, or any has that take_next() has not
  // given out. False: the deadline came first.
  virtual bool wait(Until until, std::size_t index, Deadline deadline) = 0;
  // Takes back what has not begun: it ends with CancelledError. Returns when nothing refers to the caller's objects.
  virtual void withdraw() = 0;
  // As AsyncResult::cancel().
  virtual bool cancel(Running what_runs) = 0;
  bool stop_requested() const;  // by the stop_token of its options
  // False once a stop was requested, or once an item was handed in after the pool was terminated: then there is no use
  // in reading more of the input.
  bool takes_more() const { return (marks_.load(std::memory_order_relaxed) & refusing) == 0 && !stop_requested(); }
  virtual std::size_t take_next() = 0;  // which item ended next, in order of ending; after wait(any_ended)
  virtual bool failed() = 0;            // after all_ended: an item ended with an error

  // All items have ended and no more will come: what the call keeps does not change any more. Costs next to nothing.
  bool has_ended() const { return (marks_.load(std::memory_order_acquire) & ended) != 0; }

  // Runs once, in the pool's callback thread, after all items have ended; at once if they have. What it throws is kept.
  void when_ended(std::function<void()> callback);
  // Waits for the callbacks set so far; rethrows what one threw. Called by a callback itself it waits for nothing.
  bool wait_for_callbacks(Deadline deadline);
  // For what a callback and the caller both touch. Without callbacks there is nobody to lock out.
  std::unique_lock<std::mutex> lock_out_callbacks();

 protected:
  virtual void before_callback() {}  // one is about to be set: the end must be noticed although nobody waits
  void announce_end();               // by the pool, once, when all items have ended; takes no lock of the pool
  // Takes what TaskOptions say of the call; null: none were given. Without a lock: the stop may be requested now.
  void accept(const TaskOptions* options, const std::weak_ptr<Call>& self);
  virtual void stop() = 0;  // withdraws, and waits for nothing
  void refuse_more() { marks_.fetch_or(refusing, std::memory_order_relaxed); }
  TaskTerms* terms() const { return terms_.get(); }

 private:
  struct Callbacks;
  static constexpr unsigned ended = 1;
  static constexpr unsigned has_callbacks = 2;
  static constexpr unsigned refusing = 4;
  void post_callbacks() noexcept;
  void run(const std::function<void()>& callback) noexcept;

  CallbackThread& callback_thread_;
  std::atomic<unsigned> marks_ = 0;
  std::unique_ptr<Callbacks> callbacks_;  // made with the first one: most calls have none
  std::unique_ptr<TaskTerms> terms_;      // likewise
};

// What a submission's answers() gives: a call's typed face, which names the Result of f and has
//   call(), size()   the call; how many items were handed in
//   take(index)      the Outcome<Result> of an item: once, after wait() said that it has ended
//   take_values()    all of them, after all_ended; the error of the lowest index is thrown instead
// This is the last one, item by item.
template <class Answers, class... Kept>
auto take_each_value(Answers& answers, Kept&... kept) {
  std::vector<typename Outcome<typename Answers::Result>::value_type> values;
  const std::size_t count = answers.size();
  values.reserve(count);
  for (std::size_t index = 0; index != count; ++index) values.push_back(answers.take(index, kept...).value());
  return values;
}

// Of a call that was refused at compile time. Never made.
template <class R>
struct NoAnswers {
  using Result = R;
  Call& call();
  std::size_t size();
  Outcome<R> take(std::size_t index);
  std::vector<typename Outcome<R>::value_type> take_values();
};

}  // namespace multiprocessing::detail
