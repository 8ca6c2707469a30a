// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/callable.hpp>
#include <multiprocessing/detail/sent_as.hpp>

#include <ranges>
#include <type_traits>

namespace multiprocessing::detail {

// How long the caller's objects live: to the end of the call, which waits; as long as its ResultRange; or perhaps
// shorter than the work (the _async forms).
enum class Lifetime { call, range, beyond };

// The types of one call, for an engine.
template <class FunctionType, class ItemType, class GivenType, Spread how, Lifetime until>
struct Work {
  using Function = FunctionType;
  using Item = ItemType;    // the type that an item is sent as
  using Given = GivenType;  // the type that the caller passes: T& and T&& outlive the iterator that they came from
  static constexpr Spread spread = how;
  static constexpr Lifetime lifetime = until;
};

template <class Range>
inline constexpr bool is_range =
    std::ranges::input_range<Range>;  // not the concept itself: the compiler would print why it fails
template <class Range>
constexpr void require_range() {
  static_assert(
      is_range<Range>,
      "multiprocessing: map and its kin take a range of items (a container, an array, a view that is not const, "
      "or {1, 2, 3}), and this is none; for one call there is apply(f, arguments...)");
}
// A value that is no range counts as the only item.
template <class Range>
struct ItemOf : std::remove_cvref<Range> {};
template <std::ranges::input_range Range>
struct ItemOf<Range> {
  using type = std::ranges::range_value_t<Range>;
};

template <class Range>
struct GivenBy {
  using type = typename ItemOf<Range>::type;  // the next step of the iterator may overwrite what it refers to
};
template <std::ranges::forward_range Range>
struct GivenBy<Range> {
  static constexpr bool owned = !std::is_reference_v<Range> && !std::ranges::view<Range>;
  using type =
      std::conditional_t<owned, std::ranges::range_rvalue_reference_t<Range>, std::ranges::range_reference_t<Range>>;
};

template <class F, Spread spread, Lifetime lifetime, class Range>
using WorkOn = Work<F, sent_t<typename ItemOf<Range>::type>, typename GivenBy<Range>::type, spread, lifetime>;

}  // namespace multiprocessing::detail
