// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/errors.hpp>
#include <multiprocessing/result_range.hpp>

namespace multiprocessing::detail {

// Keeps a range that was given as an rvalue; refers to one that was given as an lvalue.
template <class Range>
class KeptRange {
 public:
  explicit KeptRange(Range&& range) : range_(std::forward<Range>(range)) {}
  auto begin() { return std::ranges::begin(range_); }
  auto end() { return std::ranges::end(range_); }

 private:
  Range range_;  // Range is T& for an lvalue
};

// The results of imap and its kin: reads the input only when a result is asked for, and keeps at most `buffersize`
// items ahead. Result is R, R's std::monostate for functions that return nothing, or Outcome<R>.
template <class Result, class Range, class Submission>
class LazyFeed final : public ResultFeed<Result> {
 public:
  template <class Start>
  LazyFeed(KeptRange<Range> range, Start start, Keep keep, std::size_t buffersize)
      : range_(std::move(range)),
        submission_(start()),
        answers_(submission_.answers()),
        keep_(keep),
        buffersize_(buffersize) {}
  LazyFeed(const LazyFeed&) = delete;
  LazyFeed& operator=(const LazyFeed&) = delete;
  ~LazyFeed() override {
    if (!end_told_ || given_ != read_) answers_.call().withdraw();
    if (!end_told_) submission_.end();
  }

  std::optional<Result> next(Deadline deadline, std::chrono::nanoseconds waited) override {
    read_ahead();
    if (given_ == read_) {
      if (input_error_) std::rethrow_exception(std::exchange(input_error_, nullptr));
      return std::nullopt;
    }
    Call& call = answers_.call();
    const Call::Until until = keep_ == Keep::in_order ? Call::Until::item_ended : Call::Until::any_ended;
    if (!call.wait(until, given_, deadline)) throw_timeout("next()", waited);
    const std::size_t index = keep_ == Keep::in_order ? given_ : call.take_next();
    ++given_;
    auto outcome = answers_.take(index);
    if constexpr (gives_outcomes) {
      return outcome;
    } else {
      return std::move(outcome).value();
    }
  }

 private:
  void read_ahead() {
    try {
      while (!input_ended_ && read_ - given_ < buffersize_) {
        if (was_stopped()) break;
        if (!position_) {
          position_.emplace(range_.begin());
        } else {
          ++*position_;
        }
        if (*position_ == range_.end()) {
          input_ended_ = true;
        } else {
          submission_.push(**position_);
          ++read_;
        }
      }
    } catch (...) {
      end_input_with_error();
    }
    try {
      hand_over();
    } catch (...) {
      end_input_with_error();
      hand_over();  // needs no memory now
    }
  }
  // The error of the input itself is thrown after the results of the items that were read before it.
  void end_input_with_error() {
    if (!input_error_) input_error_ = std::current_exception();
    input_ended_ = true;
    read_ = submission_.items();
  }
  void hand_over() {
    if (!input_ended_) {
      submission_.flush();
    } else if (!end_told_) {
      submission_.end();
      end_told_ = true;
    }
  }

  // After a stop the items that were read still get their outcomes. A range of bare results ends with an error:
  // otherwise it would look complete.
  bool was_stopped() {
    if (answers_.call().takes_more()) return false;
    if (!gives_outcomes && answers_.call().stop_requested()) {
      throw CancelledError("stop was requested: the input was not read further");
    }
    return input_ended_ = true;
  }

  KeptRange<Range> range_;
  std::optional<decltype(range_.begin())> position_;
  Submission submission_;
  using Answers = decltype(submission_.answers());
  static constexpr bool gives_outcomes = std::is_same_v<Result, Outcome<typename Answers::Result>>;
  Answers answers_;
  Keep keep_;
  std::size_t buffersize_;
  std::size_t read_ = 0;
  std::size_t given_ = 0;
  bool input_ended_ = false;
  bool end_told_ = false;
  std::exception_ptr input_error_;
};

}  // namespace multiprocessing::detail
