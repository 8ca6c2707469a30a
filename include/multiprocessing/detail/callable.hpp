// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/cpp20.hpp>

#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace multiprocessing::detail {

// The default for a template parameter F. The compiler uses it only if it cannot deduce F, because the argument is the
// name of several functions.
template <class... Others>
inline constexpr bool names_one_function = false;
struct SeveralFunctions {
  SeveralFunctions(...);
};
template <class... Others>
struct OneFunction {
  static_assert(
      names_one_function<Others...>,
      "multiprocessing: this is the name of several functions, overloaded or a template: which of them is sent? "
      "wrap the call in a lambda, as [](double x) { return std::sqrt(x); }, or static_cast to the one");
  using type = SeveralFunctions;
};
template <class... Others>
using one_function_t = typename OneFunction<Others...>::type;

// How f takes its item: as its one argument, or spread over its arguments.
enum class Spread { no, yes };

template <class F, class Item, Spread spread>
struct CallOf {
  using result = std::invoke_result<F, Item>;
  static constexpr bool valid = std::is_invocable_v<F, Item>;
};
template <class F, class Item>
struct CallOf<F, Item, Spread::yes> {  // neither a tuple nor a pair
  static constexpr bool valid = false;
};
template <class F, class... Part>
struct CallOf<F, std::tuple<Part...>, Spread::yes> {
  using result = std::invoke_result<F, Part...>;
  static constexpr bool valid = std::is_invocable_v<F, Part...>;
};
template <class F, class... Part>
struct CallOf<F, std::tuple<Part...>&, Spread::yes> {
  using result = std::invoke_result<F, Part&...>;
  static constexpr bool valid = std::is_invocable_v<F, Part&...>;
};
template <class F, class... Part>
struct CallOf<F, const std::tuple<Part...>&, Spread::yes> {
  using result = std::invoke_result<F, const Part&...>;
  static constexpr bool valid = std::is_invocable_v<F, const Part&...>;
};
template <class F, class T>
struct CallOf<F, T&&, Spread::yes> : CallOf<F, T, Spread::yes> {};
template <class F, class A, class B>
struct CallOf<F, std::pair<A, B>, Spread::yes> : CallOf<F, std::tuple<A, B>, Spread::yes> {};
template <class F, class A, class B>
struct CallOf<F, std::pair<A, B>&, Spread::yes> : CallOf<F, std::tuple<A, B>&, Spread::yes> {};
template <class F, class A, class B>
struct CallOf<F, const std::pair<A, B>&, Spread::yes> : CallOf<F, const std::tuple<A, B>&, Spread::yes> {};

template <class F, class Item, Spread spread>
inline constexpr bool is_callable = CallOf<const F&, Item, spread>::valid;

template <class F, class Item, Spread spread, bool = is_callable<F, Item, spread>>
struct ResultOf {
  using type = std::remove_cvref_t<typename CallOf<const F&, Item, spread>::result::type>;
};
// After require_callable() has said why not. The return type of f keeps the compiler from adding more errors.
template <class F, class Item, Spread spread>
struct ResultOf<F, Item, spread, false> {
  using type = void;
};
template <class F, class Item, Spread spread>
requires requires { std::function(std::declval<F>()); }
struct ResultOf<F, Item, spread, false> {
  using type = std::remove_cvref_t<typename decltype(std::function(std::declval<F>()))::result_type>;
};
// What f returns for an item, without reference and const; void for a function that returns nothing.
template <class F, class Item, Spread spread>
using result_of_t = typename ResultOf<F, Item, spread>::type;

template <class F, class Item, Spread spread>
inline constexpr bool writes_to_item = !is_callable<F, Item, spread> && CallOf<const F&, Item&, spread>::valid;
template <class F, class Item, Spread spread>
inline constexpr bool changes_itself =
    !is_callable<F, Item, spread> && !writes_to_item<F, Item, spread> && CallOf<F&, Item, spread>::valid;
template <class F, class Item, Spread spread>
inline constexpr bool takes_item =
    is_callable<F, Item, spread> || writes_to_item<F, Item, spread> || changes_itself<F, Item, spread>;

// The parameter types of f as a tuple; void if f has not exactly one list of them.
template <class F>
struct ParametersOf {
  using type = void;
};
template <class R, class... P>
struct ParametersOf<std::function<R(P...)>> {
  using type = std::tuple<P...>;
};
template <class F>
requires requires { std::function(std::declval<F>()); }
struct ParametersOf<F> : ParametersOf<decltype(std::function(std::declval<F>()))> {};

// The first part of an item that does not convert to its parameter, and that parameter; both are void if there is none.
template <class Item, class Parameters>
struct Misfit {
  using Part = void;
  using Parameter = void;
};
template <class First, class... Rest, class P, class... Others>
struct Misfit<std::tuple<First, Rest...>, std::tuple<P, Others...>>
    : Misfit<std::tuple<Rest...>, std::tuple<Others...>> {};
template <class First, class... Rest, class P, class... Others>
requires(!std::is_convertible_v<First, P> &&
         sizeof...(Rest) == sizeof...(Others)) struct Misfit<std::tuple<First, Rest...>, std::tuple<P, Others...>> {
  using Part = First;
  using Parameter = P;
};
template <class A, class B, class Parameters>
struct Misfit<std::pair<A, B>, Parameters> : Misfit<std::tuple<A, B>, Parameters> {};

template <class F, class Item, Spread spread>
constexpr void require_callable() {
  static_assert(!writes_to_item<F, Item, spread>,
                "multiprocessing: the function takes a non-const reference: what it writes there would be lost "
                "in the worker; take the value or a const reference, and return what changed");
  static_assert(!changes_itself<F, Item, spread>,
                "multiprocessing: function objects are called as const: a mutable lambda or a non-const "
                "operator() would keep state that differs from worker to worker; return what changed");
  if constexpr (!takes_item<F, Item, spread>) {
    using Parts = std::conditional_t<spread == Spread::no, std::tuple<Item>, std::remove_cvref_t<Item>>;
    using Found = Misfit<Parts, typename ParametersOf<F>::type>;
    static_assert(std::is_convertible_v<typename Found::Part, typename Found::Parameter>,
                  "multiprocessing: this item or argument, as it arrives in the worker, does not convert to the "
                  "function's parameter: change one of the two types");
    if constexpr (std::is_void_v<typename Found::Part>) {
      static_assert(takes_item<F, Item, spread>,
                    "multiprocessing: the function cannot be called with these arguments: each item or argument, as it "
                    "arrives in the worker, must convert to the function's parameter (starmap spreads a tuple or pair "
                    "over several)");
    }
  }
}

template <class F, class Item, Spread spread>
decltype(auto) call_with(const F& f, Item&& item) {
  if constexpr (spread == Spread::yes) {
    return std::apply(f, std::forward<Item>(item));
  } else {
    return std::invoke(f, std::forward<Item>(item));
  }
}

}  // namespace multiprocessing::detail
