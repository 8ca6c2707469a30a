// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/shareable.hpp>
#include <multiprocessing/detail/shared_block.hpp>
#include <multiprocessing/lock.hpp>

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <new>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace multiprocessing {

// A fixed number of T that processes share, without a lock. T is as for RawValue. A copy of the object is the same
// array. Processes that are forked while it exists share it, at the same address, and work on it in place: nothing is
// copied, and a task needs to be told only which part is its own. It cannot be sent.
// Memory is taken page by page as it is written, and is freed when no process has the array any more. An array of up to
// 64 KiB lies beside other objects, and its memory may stay as long as theirs.
// Any thread and process may read and write. Nothing blocks, and nothing is synchronised, except by elements that are
// std::atomic. If a process is killed while it writes, any part may have been written.
// The constructor throws std::system_error (ENOMEM) if there is not enough memory.
template <class T>
class RawArray : public detail::InheritedOnly {
 public:
  using value_type = detail::plain_t<T>;
  using iterator = T*;

  // RawArray<int>(3) has three zeros, RawArray<int>{3} has one three. RawArray<char>("hello") has six elements, as
  // char text[] = "hello" has; RawArray<char>("hello"sv) has five.
  explicit RawArray(std::size_t size) {
    allocate(size);
    // Fresh memory is zero already, and is not taken before it is written.
    if constexpr (!std::is_trivially_default_constructible_v<value_type>) {
      for (T& element : *this) new (&element) T(value_type{});
    }
  }
  RawArray(std::initializer_list<value_type> values) : RawArray(std::span(values.begin(), values.size())) {}
  template <std::ranges::input_range Range>
  requires(!std::is_base_of_v<RawArray, std::remove_cvref_t<Range>>) explicit RawArray(Range&& values) {
    if constexpr (is_counted<Range>) {
      allocate(static_cast<std::size_t>(std::ranges::distance(values)));
      assign(values);
    } else {
      *this = RawArray(gather(values));
    }
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() const { return first_; }
  T* begin() const { return first_; }
  T* end() const { return first_ + size_; }
  T& operator[](std::size_t index) const { return first_[index]; }
  T& at(std::size_t index) const {  // std::out_of_range
    if (index >= size_) detail::throw_beyond_array(index, size_);
    return first_[index];
  }
  std::span<T> span() const { return {first_, size_}; }

  // Python's a[:] = values; to_vector() is a[:]. std::invalid_argument unless there are exactly size() values.
  template <std::ranges::input_range Range>
  void assign(Range&& values) const {
    if constexpr (is_counted<Range>) {
      if (static_cast<std::size_t>(std::ranges::distance(values)) != size_) detail::throw_other_array_size(size_);
      T* element = first_;
      for (auto&& value : values) detail::Shareable<T>::store(*element++, static_cast<value_type>(value));
    } else {
      assign(gather(values));
    }
  }
  void assign(std::initializer_list<value_type> values) const { assign(std::span(values.begin(), values.size())); }
  void fill(const value_type& value) const {
    for (T& element : *this) detail::Shareable<T>::store(element, value);
  }
  std::vector<value_type> to_vector() const {
    std::vector<value_type> copy;
    copy.reserve(size_);
    for (const T& element : *this) copy.push_back(detail::Shareable<T>::load(element));
    return copy;
  }

 private:
  static_assert(detail::require_shareable<T>());
  template <class Range>
  static constexpr bool is_counted = std::ranges::forward_range<Range> || std::ranges::sized_range<Range>;

  template <class Range>
  static std::vector<value_type> gather(Range& values) {
    std::vector<value_type> gathered;
    for (auto&& value : values) gathered.push_back(static_cast<value_type>(value));
    return gathered;
  }
  void allocate(std::size_t size) {
    memory_ = detail::make_shared_block(size, sizeof(T));
    first_ = reinterpret_cast<T*>(memory_.get());
    size_ = size;
  }

  std::shared_ptr<std::byte> memory_;
  T* first_ = nullptr;
  std::size_t size_ = 0;
};

// A RawArray with an RLock. assign(), fill() and to_vector() acquire the lock, and so may block. Single elements are
// plain references: hold the lock where other threads or processes may write them.
//   const std::scoped_lock hold(counts.get_lock());
//   ++counts[3];
// What a thread wrote while it held the lock is seen by the one that acquires it next. If a process is killed while it
// holds the lock, the next one acquires it, and get_lock().abandoned() is then true. Else as RawArray.
template <class T>
class Array : public RawArray<T> {
 public:
  using value_type = typename RawArray<T>::value_type;

  explicit Array(std::size_t size) : RawArray<T>(size) {}
  Array(std::initializer_list<value_type> values) : RawArray<T>(values) {}
  template <std::ranges::input_range Range>
  requires(!std::is_base_of_v<RawArray<T>, std::remove_cvref_t<Range>>) explicit Array(Range&& values)
      : RawArray<T>(std::forward<Range>(values)) {}
  // With a lock that other objects may use, too.
  Array(RawArray<T> array, RLock lock) : RawArray<T>(std::move(array)), lock_(std::move(lock)) {}

  template <std::ranges::input_range Range>
  void assign(Range&& values) const {
    const std::scoped_lock hold(lock_);
    RawArray<T>::assign(std::forward<Range>(values));
  }
  void assign(std::initializer_list<value_type> values) const { assign(std::span(values.begin(), values.size())); }
  void fill(const value_type& value) const {
    const std::scoped_lock hold(lock_);
    RawArray<T>::fill(value);
  }
  std::vector<value_type> to_vector() const {
    const std::scoped_lock hold(lock_);
    return RawArray<T>::to_vector();
  }
  const RawArray<T>& get_obj() const { return *this; }
  RLock& get_lock() const { return lock_; }

 private:
  mutable RLock lock_;  // mutable, as a worker's copy of a captured Array is const
};

}  // namespace multiprocessing
