// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/archive.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace multiprocessing::detail {

// The type as which a value crosses: text by content, tuples part by part, everything else as itself.
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

// What a standard container or wrapper holds. cereal's own traits look only at the outside: they accept vector<mutex*>.
template <class... T>
struct TypeList {};
template <class T>
struct Parts {
  using type = TypeList<>;
};
#define MULTIPROCESSING_HOLDS_ONE(TEMPLATE) \
  template <class T>                        \
  struct Parts<TEMPLATE<T>> {               \
    using type = TypeList<T>;               \
  };
MULTIPROCESSING_HOLDS_ONE(std::optional)
MULTIPROCESSING_HOLDS_ONE(std::shared_ptr)
MULTIPROCESSING_HOLDS_ONE(std::weak_ptr)
MULTIPROCESSING_HOLDS_ONE(std::valarray)
#undef MULTIPROCESSING_HOLDS_ONE
#define MULTIPROCESSING_HOLDS_FIRST(TEMPLATE) \
  template <class T, class... Rest>           \
  struct Parts<TEMPLATE<T, Rest...>> {        \
    using type = TypeList<T>;                 \
  };
MULTIPROCESSING_HOLDS_FIRST(std::vector)
MULTIPROCESSING_HOLDS_FIRST(std::deque)
MULTIPROCESSING_HOLDS_FIRST(std::list)
MULTIPROCESSING_HOLDS_FIRST(std::forward_list)
MULTIPROCESSING_HOLDS_FIRST(std::set)
MULTIPROCESSING_HOLDS_FIRST(std::multiset)
MULTIPROCESSING_HOLDS_FIRST(std::unordered_set)
MULTIPROCESSING_HOLDS_FIRST(std::unordered_multiset)
MULTIPROCESSING_HOLDS_FIRST(std::queue)
MULTIPROCESSING_HOLDS_FIRST(std::priority_queue)
MULTIPROCESSING_HOLDS_FIRST(std::stack)
MULTIPROCESSING_HOLDS_FIRST(std::unique_ptr)
#undef MULTIPROCESSING_HOLDS_FIRST
#define MULTIPROCESSING_HOLDS_TWO(TEMPLATE)  \
  template <class A, class B, class... Rest> \
  struct Parts<TEMPLATE<A, B, Rest...>> {    \
    using type = TypeList<A, B>;             \
  };
MULTIPROCESSING_HOLDS_TWO(std::map)
MULTIPROCESSING_HOLDS_TWO(std::multimap)
MULTIPROCESSING_HOLDS_TWO(std::unordered_map)
MULTIPROCESSING_HOLDS_TWO(std::unordered_multimap)
#undef MULTIPROCESSING_HOLDS_TWO
template <class A, class B>
struct Parts<std::pair<A, B>> {
  using type = TypeList<A, B>;
};
template <class T, std::size_t n>
struct Parts<std::array<T, n>> {
  using type = TypeList<T>;
};
template <class... T>
struct Parts<std::tuple<T...>> {
  using type = TypeList<T...>;
};
template <class... T>
struct Parts<std::variant<T...>> {
  using type = TypeList<T...>;
};

// Does Predicate hold for T, or for anything that T holds?
template <template <class> class Predicate, class T>
constexpr bool somewhere_in();
template <template <class> class Predicate, class... T>
constexpr bool somewhere_in_list(TypeList<T...>) {
  return (somewhere_in<Predicate, std::remove_cv_t<T>>() || ...);
}
template <template <class> class Predicate, class T>
constexpr bool somewhere_in() {
  if constexpr (Predicate<T>::value) {
    return true;
  } else {
    return somewhere_in_list<Predicate>(typename Parts<T>::type{});
  }
}

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
template <class T>
using IsUnknownToCereal = std::bool_constant<!std::is_empty_v<T> && !is_plain<T> && !IsPointer<T>::value &&
                                             !IsReference<T>::value && !IsView<T>::value &&
                                             !(cereal::traits::is_output_serializable<T, OutputArchive>::value &&
                                               cereal::traits::is_input_serializable<T, InputArchive>::value)>;

template <class T>
inline constexpr bool is_sendable = !somewhere_in<IsPointer, T>() && !somewhere_in<IsReference, T>() &&
                                    !somewhere_in<IsView, T>() && !somewhere_in<IsUnknownToCereal, T>();

// What cereal loads into must exist first, except behind a smart pointer: load_and_construct() may make that.
template <class T>
inline constexpr bool is_smart_pointer = false;
template <class T, class D>
inline constexpr bool is_smart_pointer<std::unique_ptr<T, D>> = true;
template <class T>
inline constexpr bool is_smart_pointer<std::shared_ptr<T>> = true;
template <class T>
inline constexpr bool is_smart_pointer<std::weak_ptr<T>> = true;

template <class T>
constexpr bool can_be_loaded_into();
template <class... T>
constexpr bool can_all_be_loaded_into(TypeList<T...>) {
  return (can_be_loaded_into<std::remove_cv_t<T>>() && ...);
}
template <class T>
constexpr bool can_be_loaded_into() {
  if constexpr (is_smart_pointer<T>) {
    return true;
  } else if constexpr (!can_all_be_loaded_into(typename Parts<T>::type{})) {
    return false;
  } else {
    return std::is_default_constructible_v<T>;
  }
}

template <class T>
inline constexpr bool is_receivable = can_be_loaded_into<T>() && is_sendable<T>;

// One readable line for each reason why a T cannot cross to another process, and the way out.
template <class T>
constexpr void require_sendable() {
  static_assert(!somewhere_in<IsPointer, T>(),
                "multiprocessing: a raw pointer cannot be sent to another process: it would arrive dangling; "
                "send the value itself, a std::unique_ptr or std::shared_ptr to it, or an index");
  static_assert(!somewhere_in<IsReference, T>(),
                "multiprocessing: a reference (or std::ref) cannot be sent to another process; send the value");
  static_assert(!somewhere_in<IsView, T>(),
                "multiprocessing: a std::span or std::string_view inside a value or as a result cannot be sent: "
                "it would arrive dangling; send a std::vector or std::string");
  static_assert(
      !somewhere_in<IsUnknownToCereal, T>(),
      "multiprocessing: this type cannot be sent to another process, as it does not say how: give it a member "
      "template <class Archive> void serialize(Archive& archive) { archive(first_member, second_member); } "
      "(mutexes, threads, streams and pools can never be sent)");
  static_assert(
      !is_sendable<T> || is_receivable<T>,
      "multiprocessing: this type cannot be received: it needs a default constructor, into which cereal loads; "
      "or send a std::unique_ptr to it and give it cereal's load_and_construct()");
}

}  // namespace multiprocessing::detail
