// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <iterator>
#include <memory>
#include <numeric>
#include <ranges>
#include <stdexcept>
#include <utility>
#include <vector>

namespace multiprocessing::tests {

// 0, 1, … as a forward view that makes its items as they are asked for.
class UpTo : public std::ranges::view_base {
 public:
  class iterator {
   public:
    using iterator_concept = std::forward_iterator_tag;
    using iterator_category = std::input_iterator_tag;
    using value_type = int;
    using difference_type = std::ptrdiff_t;
    iterator() = default;
    explicit iterator(int number) : number_(number) {}
    int operator*() const { return number_; }
    iterator& operator++() { return ++number_, *this; }
    iterator operator++(int) { return iterator(number_++); }
    bool operator==(const iterator&) const = default;

   private:
    int number_ = 0;
  };
  explicit UpTo(int limit) : limit_(limit) {}
  iterator begin() const { return iterator(0); }
  iterator end() const { return iterator(limit_); }

 private:
  int limit_;
};

// 0, 1, … up to `limit`, all in one place of memory, to be read once; says how far it was read. The iterator is
// move-only. `bad`: reading that item throws std::range_error.
class ReadOnce {
 public:
  static constexpr int endless = -1;
  explicit ReadOnce(int limit, int bad = -1) : limit_(limit), bad_(bad) {}
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = int;
    using difference_type = std::ptrdiff_t;
    explicit iterator(ReadOnce& numbers) : numbers_(&numbers) { check(); }
    iterator(iterator&&) = default;
    iterator& operator=(iterator&&) = default;
    int& operator*() const { return numbers_->next_; }
    iterator& operator++() {
      ++numbers_->next_;
      check();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& position, std::default_sentinel_t) { return position.at_end(); }

   private:
    bool at_end() const { return numbers_->next_ == numbers_->limit_; }
    void check() const {
      if (numbers_->next_ == numbers_->bad_) throw std::range_error("the input is broken");
    }
    ReadOnce* numbers_;
  };
  iterator begin() { return iterator(*this); }
  std::default_sentinel_t end() const { return {}; }
  int read() const { return next_; }  // items passed

 private:
  int next_ = 0;
  int limit_;
  int bad_;
};

// The same numbers, each in a std::unique_ptr of its own.
class MoveOnly {
 public:
  explicit MoveOnly(int limit) : limit_(limit) {}
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = std::unique_ptr<int>;
    using difference_type = std::ptrdiff_t;
    explicit iterator(MoveOnly& numbers) : numbers_(&numbers) {}
    iterator(iterator&&) = default;
    iterator& operator=(iterator&&) = default;
    std::unique_ptr<int> operator*() const { return std::make_unique<int>(numbers_->next_); }
    iterator& operator++() { return ++numbers_->next_, *this; }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& position, std::default_sentinel_t) { return position.at_end(); }

   private:
    bool at_end() const { return numbers_->next_ == numbers_->limit_; }
    MoveOnly* numbers_;
  };
  iterator begin() { return iterator(*this); }
  std::default_sentinel_t end() const { return {}; }

 private:
  int next_ = 0;
  int limit_;
};

// A container that may be moved, but never copied.
template <class T>
class NotCopied {
 public:
  explicit NotCopied(std::vector<T> items) : items_(std::move(items)) {}
  NotCopied(NotCopied&&) = default;
  NotCopied& operator=(NotCopied&&) = default;
  auto begin() { return items_.begin(); }
  auto end() { return items_.end(); }

 private:
  std::vector<T> items_;
};

// 0, 1, 2, … : `count` of them, although size() says something else.
class WrongSize {
 public:
  WrongSize(int count, std::size_t size) : numbers_(static_cast<std::size_t>(count)), size_(size) {
    std::iota(numbers_.begin(), numbers_.end(), 0);
  }
  auto begin() const { return numbers_.begin(); }
  auto end() const { return numbers_.end(); }
  std::size_t size() const { return size_; }

 private:
  std::deque<int> numbers_;
  std::size_t size_;
};

}  // namespace multiprocessing::tests
