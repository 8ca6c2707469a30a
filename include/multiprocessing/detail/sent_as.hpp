// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/cpp20.hpp>

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace multiprocessing::detail {

// The type that a value is sent as: text by content, tuples part by part, all else as itself.
template <class T>
struct SentAs {
  using type = T;
};
template <>
struct SentAs<const char*> {
  using type = std::string;
};
template <>
struct SentAs<char*> {
  using type = std::string;
};
template <>
struct SentAs<std::string_view> {
  using type = std::string;
};
template <class A, class B>
struct SentAs<std::pair<A, B>> {
  using type = std::pair<typename SentAs<std::decay_t<A>>::type, typename SentAs<std::decay_t<B>>::type>;
};
template <class... T>
struct SentAs<std::tuple<T...>> {
  using type = std::tuple<typename SentAs<std::decay_t<T>>::type...>;
};
template <class T>
using sent_t = typename SentAs<std::decay_t<T>>::type;

template <class T>
using IsPointer = std::bool_constant<std::is_pointer_v<T> || std::is_member_pointer_v<T> || std::is_null_pointer_v<T>>;
template <class T>
struct IsReference : std::is_reference<T> {};
template <class T>
struct IsReference<std::reference_wrapper<T>> : std::true_type {};
template <class T>
struct IsView : std::false_type {};
template <class C, class Traits>
struct IsView<std::basic_string_view<C, Traits>> : std::true_type {};
template <class T, std::size_t n>
struct IsView<std::span<T, n>> : std::true_type {};

}  // namespace multiprocessing::detail
