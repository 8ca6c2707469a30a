// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/cpp20.hpp>

#include <algorithm>
#include <iterator>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>

namespace multiprocessing {
namespace detail {

// The type that an element of a range has in zip()'s tuples: a reference if the element outlives the iterator (&& if
// the range was given away), else a value.
template <class Range>
struct ZippedPart : std::type_identity<std::ranges::range_value_t<Range>> {};
template <std::ranges::forward_range Range>
requires std::is_reference_v<std::ranges::range_reference_t<Range>>
struct ZippedPart<Range> {
  static constexpr bool given_away = !std::is_reference_v<Range> && !std::ranges::view<Range>;
  using type = std::conditional_t<given_away, std::ranges::range_rvalue_reference_t<Range>,
                                  std::ranges::range_reference_t<Range>>;
};
template <class Range>
inline constexpr bool can_be_read_again = std::ranges::forward_range<Range> &&
                                          (std::is_reference_v<Range> || std::ranges::view<Range>);

}  // namespace detail

// The range of tuples that zip() returns. For a range that is only referred to, Ranges has T&. Containers that were
// given away give their elements away, so the tuples can then be read only once.
template <std::ranges::input_range... Ranges>
class Zipped {
  static constexpr bool refers = (std::is_reference_v<Ranges> && ...);

 public:
  class iterator {
   public:
    static constexpr bool is_forward = (detail::can_be_read_again<Ranges> && ...);
    using iterator_concept = std::conditional_t<is_forward, std::forward_iterator_tag, std::input_iterator_tag>;
    using iterator_category = std::input_iterator_tag;
    using value_type = std::tuple<typename detail::ZippedPart<Ranges>::type...>;
    using difference_type = std::ptrdiff_t;

    iterator() = default;
    explicit iterator(Ranges&... ranges)
        : positions_(std::ranges::begin(ranges)...), ends_(std::ranges::end(ranges)...) {}
    value_type operator*() const {
      return std::apply([](auto&... position) { return value_type(static_cast<Part<Ranges>>(*position)...); },
                        positions_);
    }
    iterator& operator++() {
      std::apply([](auto&... position) { (++position, ...); }, positions_);
      return *this;
    }
    auto operator++(int) {
      if constexpr (is_forward) {
        iterator old = *this;
        ++*this;
        return old;
      } else {
        ++*this;
      }
    }
    friend bool operator==(const iterator& a, const iterator& b) requires is_forward {
      return a.positions_ == b.positions_;
    }
    friend bool operator==(const iterator& position, std::default_sentinel_t) {
      return position.at_end(std::index_sequence_for<Ranges...>());
    }

   private:
    template <class Range>
    using Part = typename detail::ZippedPart<Range>::type;
    template <std::size_t... i>
    bool at_end(std::index_sequence<i...>) const {
      return (... || (std::get<i>(positions_) == std::get<i>(ends_)));
    }
    std::tuple<std::ranges::iterator_t<Ranges>...> positions_;
    std::tuple<std::ranges::sentinel_t<Ranges>...> ends_;
  };

  explicit Zipped(Ranges&&... ranges) : ranges_(std::forward<Ranges>(ranges)...) {}
  iterator begin() {
    return std::apply([](auto&... range) { return iterator(range...); }, ranges_);
  }
  iterator begin() const requires refers {
    return std::apply([](auto&... range) { return iterator(range...); }, ranges_);
  }
  std::default_sentinel_t end() const { return {}; }
  auto size() requires(std::ranges::sized_range<Ranges>&&...) { return smallest_of(ranges_); }
  auto size() const requires(refers && (std::ranges::sized_range<Ranges> && ...)) { return smallest_of(ranges_); }

 private:
  static auto smallest_of(auto& ranges) {
    return std::apply([](auto&... range) { return std::min({static_cast<std::size_t>(std::ranges::size(range))...}); },
                      ranges);
  }
  std::tuple<Ranges...> ranges_;
};

// Makes one range of tuples of several ranges, up to the end of the shortest, for starmap: pool.starmap(f, zip(a, b))
// calls f(a[0], b[0]), f(a[1], b[1]), ..., as Python's executor.map(f, a, b).
// A range given as an rvalue is kept; an lvalue is referred to, and must live as long as the object that zip() returns.
// The tuples hold references, so that nothing is copied; or values, if a range makes its items as they are read.
template <std::ranges::input_range... Ranges>
requires(sizeof...(Ranges) != 0) auto zip(Ranges&&... ranges) {
  return Zipped<Ranges...>(std::forward<Ranges>(ranges)...);
}

}  // namespace multiprocessing

namespace std::ranges {
template <input_range... Ranges>
inline constexpr bool enable_borrowed_range<multiprocessing::Zipped<Ranges...>> = (borrowed_range<Ranges> && ...);
}  // namespace std::ranges
