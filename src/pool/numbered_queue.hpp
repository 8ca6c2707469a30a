// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace multiprocessing::detail {

// Elements that come in at the back and leave at the front, numbered from the first that ever came. As std::deque,
// which allocates half a kilobyte even while it is empty: too much for every small call.
template <class T>
class NumberedQueue {
 public:
  bool empty() const { return left_ == kept_.size(); }
  std::size_t begin() const { return gone_ + left_; }
  std::size_t end() const { return gone_ + kept_.size(); }
  T& operator[](std::size_t number) { return kept_[number - gone_]; }
  const T& operator[](std::size_t number) const { return kept_[number - gone_]; }
  const T& front() const { return kept_[left_]; }
  void push_back(T element) { kept_.push_back(std::move(element)); }
  void make_room(std::size_t more) {  // then so many push_back() need no memory
    if (kept_.capacity() - kept_.size() < more) kept_.reserve(kept_.size() + std::max(more, kept_.size()));
  }
  void extend_to(std::size_t end_number) { kept_.resize(end_number - gone_); }
  T pop_front() {
    T element = std::move(kept_[left_++]);
    if (left_ * 2 > kept_.size()) {
      kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(left_));
      gone_ += std::exchange(left_, 0);
    }
    return element;
  }

 private:
  std::vector<T> kept_;
  std::size_t left_ = 0;  // of the kept ones, so many have left
  std::size_t gone_ = 0;
};

}  // namespace multiprocessing::detail
