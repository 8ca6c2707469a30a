// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/pending.hpp>

#include <iterator>
#include <ranges>

namespace multiprocessing {
namespace detail {

[[noreturn]] MULTIPROCESSING_EXPORT void throw_stop_iteration();

// Where a ResultRange gets its results. next() returns nothing at the end. It may be called again after a TimeoutError.
template <class R>
class ResultFeed {
 public:
  virtual ~ResultFeed() = default;
  virtual std::optional<R> next(Deadline deadline, std::chrono::nanoseconds waited) = 0;
};

}  // namespace detail

// The results of imap, imap_unordered and the try_imap forms, made as they are asked for. Input is read and sent only
// inside next(), begin() and ++, at most `buffersize` items ahead. A std::ranges::view and input_range; movable; one
// thread at a time. Destroying it, as leaving a loop early does, withdraws the items that have not begun.
// If an item failed, its error is thrown instead of its result; next() then goes on with the following item.
// Memory ordering: as AsyncResult, for the item whose result it returns.
template <class R>
class ResultRange : public std::ranges::view_base {
 public:
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = R;
    using difference_type = std::ptrdiff_t;
    iterator() = default;
    explicit iterator(ResultRange& range) : range_(&range) { ++*this; }
    iterator(iterator&&) = default;
    iterator& operator=(iterator&&) = default;
    R& operator*() const { return *range_->current_; }
    iterator& operator++() {
      range_->current_ = range_->feed_->next(detail::never, {});
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& position, std::default_sentinel_t) { return position.at_end(); }

   private:
    bool at_end() const { return !range_->current_; }
    ResultRange* range_ = nullptr;
  };

  explicit ResultRange(std::unique_ptr<detail::ResultFeed<R>> feed) : feed_(std::move(feed)) {}

  // Waits for the next result and returns it. StopIteration at the end. TimeoutError if the duration has passed:
  // nothing is lost, and next() may be called again.
  R next() { return value_of(feed_->next(detail::never, {})); }
  template <class Rep, class Period>
  R next(std::chrono::duration<Rep, Period> timeout) {
    return value_of(feed_->next(detail::deadline_after(timeout), detail::to_nanoseconds(timeout)));
  }
  iterator begin() { return iterator(*this); }
  std::default_sentinel_t end() const { return {}; }

 private:
  static R value_of(std::optional<R> result) {
    if (!result) detail::throw_stop_iteration();
    return std::move(*result);
  }
  std::unique_ptr<detail::ResultFeed<R>> feed_;
  std::optional<R> current_;
};

}  // namespace multiprocessing
