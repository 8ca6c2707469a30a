// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/function.hpp>

#include <ranges>
#include <vector>

namespace multiprocessing::detail {

// Finds the items of a range by index. If the range has no random access, it is walked through, or read, before the
// fork.
template <class Range>
class InheritedItems {
 public:
  using Value = std::ranges::range_value_t<Range>;
  using Reference = std::ranges::range_reference_t<Range>;
  static constexpr bool is_indexed = std::ranges::random_access_range<Range> && std::ranges::sized_range<Range>;
  static constexpr bool is_read = !std::ranges::forward_range<Range>;
  // Another range may contain one object several times: then nobody may move from it.
  static constexpr bool is_owned =
      is_read || (!std::is_reference_v<Range> && !std::ranges::view<Range> && std::is_same_v<Reference, Value&>);
  // The type of f's argument.
  using Item = std::conditional_t<
      is_owned, Value&&,
      std::conditional_t<std::is_reference_v<Reference>, const std::remove_reference_t<Reference>&, Value>>;

  explicit InheritedItems(Range& range) {
    if constexpr (is_indexed) {
      items_ = std::ranges::begin(range);
      size_ = static_cast<std::size_t>(std::ranges::size(range));
    } else {
      const auto end = std::ranges::end(range);
      for (auto position = std::ranges::begin(range); position != end; ++position) {
        if constexpr (is_read) {
          items_.push_back(*position);
        } else {
          items_.push_back(position);
        }
      }
      size_ = items_.size();
    }
  }
  std::size_t size() const { return size_; }
  Item operator[](std::size_t index) {
    if constexpr (is_indexed) {
      return static_cast<Item>(items_[static_cast<std::ranges::range_difference_t<Range>>(index)]);
    } else if constexpr (is_read) {
      return std::move(items_[index]);
    } else {
      return static_cast<Item>(*items_[index]);
    }
  }

 private:
  using Iterator = std::ranges::iterator_t<Range>;
  std::conditional_t<is_indexed, Iterator, std::vector<std::conditional_t<is_read, Value, Iterator>>> items_{};
  std::size_t size_ = 0;
};

// A function and its items, in the caller; after the fork also at the same address in the workers.
template <class F, class Range>
struct Inheritance {
  const F& f;
  InheritedItems<Range> items;
};

// Is sent instead of them.
template <class F, class Range>
struct InheritedCall {
  Inheritance<F, Range>* inheritance;
  decltype(auto) operator()(std::size_t index) const { return std::invoke(inheritance->f, inheritance->items[index]); }
};
template <class F, class Range>
inline constexpr bool is_inherited<InheritedCall<F, Range>> = true;

}  // namespace multiprocessing::detail
