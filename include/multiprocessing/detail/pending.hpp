// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/call.hpp>

#include <mutex>
#include <optional>

namespace multiprocessing::detail {

// A call's result, which may not exist yet. The first one that asks after the end makes it of the answers, once.
template <class R>
class Pending {
 public:
  using Result = R;
  virtual ~Pending() = default;
  virtual Call& call() = 0;
  Outcome<R>& outcome() {
    const std::unique_lock lock = call().lock_out_callbacks();
    if (!outcome_) outcome_.emplace(gather());
    return *outcome_;
  }

 private:
  virtual Outcome<R> gather() = 0;
  std::optional<Outcome<R>> outcome_;
};

// For apply_async: the one answer.
template <class Answers>
class PendingOne final : public Pending<typename Answers::Result> {
 public:
  explicit PendingOne(Answers answers) : answers_(std::move(answers)) {}
  Call& call() override { return answers_.call(); }

 private:
  Outcome<typename Answers::Result> gather() override { return answers_.take(0); }
  Answers answers_;
};

template <class R>
using gathered_t = std::conditional_t<std::is_void_v<R>, void, std::vector<typename Outcome<R>::value_type>>;

// For map_async and starmap_async: all answers, or the error of the lowest index.
template <class Answers>
class PendingAll final : public Pending<gathered_t<typename Answers::Result>> {
 public:
  using Gathered = gathered_t<typename Answers::Result>;
  explicit PendingAll(Answers answers) : answers_(std::move(answers)) {}
  Call& call() override { return answers_.call(); }

 private:
  Outcome<Gathered> gather() override {
    try {
      auto values = answers_.take_values();
      if constexpr (std::is_void_v<Gathered>) {
        return Outcome<void>::success(0, {});
      } else {
        return Outcome<Gathered>::success(0, std::move(values));
      }
    } catch (...) {
      return Outcome<Gathered>::failure(0, std::current_exception());
    }
  }
  Answers answers_;
};

[[noreturn]] MULTIPROCESSING_EXPORT void throw_timeout(const char* what, std::chrono::nanoseconds waited);
[[noreturn]] MULTIPROCESSING_EXPORT void throw_no_result();
[[noreturn]] MULTIPROCESSING_EXPORT void throw_not_ready();

}  // namespace multiprocessing::detail
