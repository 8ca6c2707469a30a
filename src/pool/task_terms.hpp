// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/errors.hpp>
#include <multiprocessing/options.hpp>

#include <map>
#include <new>

namespace multiprocessing::detail {

// The messages of CancelledError for what had not begun.
inline constexpr const char* withdrawn_before = "the work was withdrawn before it had begun";
inline constexpr const char* cancelled_before = "the work was cancelled before it had begun";
inline constexpr const char* stopped_before = "stop was requested before the work had begun";
// It, or std::bad_alloc where there is no memory for it.
inline std::exception_ptr cancelled(const char* why) noexcept {
  try {
    return std::make_exception_ptr(CancelledError(why));
  } catch (...) {
    return std::current_exception();
  }
}

// What a call was told by TaskOptions, and what came of it. Whoever owns the call locks may_run_again().
class TaskTerms {
 public:
  // `on_stop` may run at once, and in any thread.
  TaskTerms(const TaskOptions& options, std::function<void()> on_stop)
      : stop_(options.stop), retries_(options.retries), on_stop_(options.stop, std::move(on_stop)) {}

  bool stop_requested() const { return stop_.stop_requested(); }
  // Its worker was lost. Counts. Without memory to count it is not retried: it might be for ever.
  bool may_run_again(std::size_t item) noexcept {
    try {
      return retries_ != 0 && losses_[item]++ < retries_;
    } catch (const std::bad_alloc&) {
      return false;
    }
  }

 private:
  std::stop_token stop_;
  int retries_;
  std::map<std::size_t, int> losses_;
  std::stop_callback<std::function<void()>> on_stop_;
};

}  // namespace multiprocessing::detail
