// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/options.hpp>

#include <map>

namespace multiprocessing::detail {

// The messages of CancelledError for what had not begun.
inline constexpr const char* withdrawn_before = "the work was withdrawn before it had begun";
inline constexpr const char* cancelled_before = "the work was cancelled before it had begun";
inline constexpr const char* stopped_before = "stop was requested before the work had begun";

// What a call was told by TaskOptions, and what came of it. Whoever owns the call locks may_run_again().
class TaskTerms {
 public:
  // `on_stop` may run at once, and in any thread.
  TaskTerms(const TaskOptions& options, std::function<void()> on_stop)
      : stop_(options.stop), retries_(options.retries), on_stop_(options.stop, std::move(on_stop)) {}

  bool stop_requested() const { return stop_.stop_requested(); }
  // Its worker was lost. Counts.
  bool may_run_again(std::size_t item) { return retries_ != 0 && losses_[item]++ < retries_; }

 private:
  std::stop_token stop_;
  int retries_;
  std::map<std::size_t, int> losses_;
  std::stop_callback<std::function<void()>> on_stop_;
};

}  // namespace multiprocessing::detail
