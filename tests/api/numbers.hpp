// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <iterator>

namespace multiprocessing::tests {

// 0, 1, 2, … up to `limit`, each in the same place of memory: an input range, which is read once.
class Numbers {
 public:
  explicit Numbers(int limit) : limit_(limit) {}
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = int;
    using difference_type = std::ptrdiff_t;
    explicit iterator(Numbers& numbers) : numbers_(&numbers) {}
    int& operator*() const { return numbers_->next_; }
    iterator& operator++() { return ++numbers_->next_, *this; }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return numbers_->next_ == numbers_->limit_; }

   private:
    Numbers* numbers_;
  };
  iterator begin() { return iterator(*this); }
  std::default_sentinel_t end() const { return {}; }

 private:
  int next_ = 0;
  int limit_;
};

}  // namespace multiprocessing::tests
