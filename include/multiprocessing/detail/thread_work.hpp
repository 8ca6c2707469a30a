// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/type_list.hpp>
#include <multiprocessing/detail/work.hpp>

#include <array>
#include <memory>

namespace multiprocessing::detail {

// How an item is passed to f in a thread. Three ways are tried, and the first one that f accepts is used:
//   by reference: as the caller passes it; text, and items that the range makes on the fly, by value
//   as sent: as a value of the type that Pool sends, so that a program generic over the pool compiles with both
//   untouched: text as it is given, too, for functions that take char pointers
// By reference only if f then returns the type that it returns in Pool. Untouched comes first if f returns a view or a
// pointer, which may point into the text. The _async forms keep values.
template <class P>
using PartByReference = std::conditional_t<std::is_same_v<sent_t<P>, std::decay_t<P>>, P, sent_t<P>>;

template <class Given, class Item>
struct ByReference {
  static constexpr bool valid = std::is_reference_v<Given> && std::is_same_v<std::remove_cvref_t<Given>, Item>;
  using type = std::conditional_t<valid, Given, Item>;
};
template <class... P, class Item>
struct ByReference<std::tuple<P...>, Item> {
  using type = std::tuple<PartByReference<P>...>;
};
template <class A, class B, class Item>
struct ByReference<std::pair<A, B>, Item> {
  using type = std::pair<PartByReference<A>, PartByReference<B>>;
};

template <class T>
struct KeptValue {
  using type = std::decay_t<T>;
};
template <class... P>
struct KeptValue<std::tuple<P...>> {
  using type = std::tuple<std::decay_t<P>...>;
};

// What a value of a class template may hold: any of the template's arguments. The standard containers need not be named
// for this, so their headers need not be included.
template <class T>
struct TypeArguments {
  using type = TypeList<>;
};
template <template <class...> class Template, class... T>
struct TypeArguments<Template<T...>> {
  using type = TypeList<T...>;
};
template <class T, std::size_t n>
struct TypeArguments<std::array<T, n>> {
  using type = TypeList<T>;
};
template <template <class> class Predicate, class T>
inline constexpr bool may_hold = !std::is_void_v<typename FirstIn<Predicate, TypeArguments, TypeList<>, T>::type>;

// A function does not lie in an item: a deleter or comparator points nowhere else.
template <class T>
using IsDataPointer = std::bool_constant<IsPointer<T>::value && !std::is_function_v<std::remove_pointer_t<T>>>;

template <class Work>
struct ThreadChoice {
  using F = typename Work::Function;
  using Item = typename Work::Item;
  using Given = typename Work::Given;
  static constexpr bool keeps_values = Work::lifetime == Lifetime::beyond;
  using Reference = std::conditional_t<keeps_values, Item, typename ByReference<Given, Item>::type>;
  using Untouched = std::conditional_t<keeps_values, typename KeptValue<Given>::type, Given>;

  template <class Passed>
  static constexpr bool takes() {
    return is_callable<F, Passed, Work::spread>;
  }
  static constexpr bool returns_what_it_returns_in_a_pool() {
    if constexpr (!takes<Item>()) return true;
    return std::is_same_v<result_of_t<F, Reference, Work::spread>, result_of_t<F, Item, Work::spread>>;
  }
  static constexpr bool returns_what_may_point_into_the_item() {
    using R = result_of_t<F, Reference, Work::spread>;
    if constexpr (std::is_void_v<R>) {
      return false;
    } else {
      return may_hold<IsDataPointer, R> || may_hold<IsView, R>;
    }
  }
  static constexpr auto passed() {
    if constexpr (takes<Reference>() && returns_what_may_point_into_the_item()) {
      return std::type_identity<std::conditional_t<takes<Untouched>(), Untouched, Reference>>();
    } else if constexpr (takes<Reference>() && returns_what_it_returns_in_a_pool()) {
      return std::type_identity<Reference>();
    } else if constexpr (takes<Item>() || !takes<Untouched>()) {
      return std::type_identity<Item>();
    } else {
      return std::type_identity<Untouched>();
    }
  }
};

// How an item is kept until it runs, and how f is then called with it.
template <class Work>
struct ThreadTypes {
  using F = typename Work::Function;
  using Passed = typename decltype(ThreadChoice<Work>::passed())::type;
  using Result = result_of_t<F, Passed, Work::spread>;
  static constexpr bool by_reference = std::is_reference_v<Passed>;
  using Kept = std::conditional_t<by_reference, std::remove_reference_t<Passed>*, Passed>;

  template <class T>
  static Kept keep(T&& given) {
    if constexpr (by_reference) {
      return std::addressof(given);
    } else if constexpr (std::is_constructible_v<Kept, T&&>) {
      return Kept(std::forward<T>(given));
    } else {
      return Kept(std::move(given));  // f moves from a range that cannot be copied from
    }
  }
  static decltype(auto) call(const F& f, Kept& kept) {
    if constexpr (by_reference) {
      return call_with<F, Passed, Work::spread>(f, std::forward<Passed>(*kept));
    } else {
      return call_with<F, Passed, Work::spread>(f, std::move(kept));
    }
  }
};

}  // namespace multiprocessing::detail
