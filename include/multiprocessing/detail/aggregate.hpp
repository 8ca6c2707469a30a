// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/cereal_archive.hpp>
#include <multiprocessing/detail/type_list.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#if __has_include(<boost/pfr/core.hpp>)
#include <boost/pfr/core.hpp>
#include <boost/pfr/tuple_size.hpp>
#endif

// Plain structs without functions for cereal are sent member by member, if Boost.PFR can name the members. It came with
// Boost 1.75; with an older one such a struct does not compile, and the refusal says so.

namespace multiprocessing::detail {

#if __has_include(<boost/pfr/core.hpp>)

inline constexpr bool sends_plain_structs = true;
inline constexpr std::size_t most_members = 100;  // Boost.PFR names no more

}  // namespace multiprocessing::detail

// Archives for which the functions below do not exist, in a namespace where they are not looked for: a type that can be
// sent through these has functions for cereal of its own.
namespace multiprocessing::probe {

struct OutputProbe : cereal::OutputArchive<OutputProbe, cereal::AllowEmptyClassElision> {
  OutputProbe();
};
struct InputProbe : cereal::InputArchive<InputProbe, cereal::AllowEmptyClassElision> {
  InputProbe();
};

}  // namespace multiprocessing::probe

CEREAL_SETUP_ARCHIVE_TRAITS(multiprocessing::probe::InputProbe, multiprocessing::probe::OutputProbe)

namespace multiprocessing::detail {

template <class T>
inline constexpr bool says_how_it_is_sent =
    cereal::traits::detail::count_output_serializers<T, probe::OutputProbe>::value != 0 ||
    cereal::traits::detail::count_input_serializers<T, probe::InputProbe>::value != 0;

struct Anything {
  explicit constexpr Anything(std::size_t) {}
  template <class T>
  operator T() const {
    return static_cast<T (*)()>(nullptr)();  // never called; a type without linkage needs a definition
  }
};
template <class T>
struct AnyBaseOf {
  template <class Base>
  requires(std::is_base_of_v<Base, T> && !std::is_same_v<Base, T>) operator Base() const {
    return static_cast<Base (*)()>(nullptr)();
  }
};
template <class T>
inline constexpr bool has_a_base = requires {
  T{AnyBaseOf<T>{}};
};

// Values without braces fill an array one element each: so behind empty braces there is room for fewer values than PFR
// counts.
template <class T, std::size_t... before, std::size_t... behind>
constexpr bool is_array_at(std::index_sequence<before...>, std::index_sequence<behind...>) {
  if constexpr (requires { T{Anything(before)..., {}, Anything(behind)...}; }) {
    return false;
  } else {
    return requires { T{Anything(before)..., {}}; };
  }
}
template <class T, std::size_t... i>
constexpr bool has_an_array(std::index_sequence<i...>) {
  return (is_array_at<T>(std::make_index_sequence<i>{}, std::make_index_sequence<sizeof...(i) - 1 - i>{}) || ...);
}

template <class Member>
inline constexpr bool can_be_written =
    !std::is_const_v<Member> && !std::is_reference_v<Member> && !std::is_array_v<Member>;
template <class T, std::size_t... i>
constexpr auto members_of(std::index_sequence<i...>) {
  return TypeList<boost::pfr::tuple_element_t<i, T>...>{};
}
template <class... Member>
constexpr bool can_all_be_written(TypeList<Member...>) {
  return (can_be_written<Member> && ...);
}

template <class T>
constexpr bool find_sent_by_members() {
  if constexpr (!std::is_class_v<T> || !std::is_aggregate_v<T> || std::is_empty_v<T>) {
    return false;
  } else if constexpr (!std::is_default_constructible_v<T> || !std::is_move_constructible_v<T>) {
    return false;
  } else if constexpr (says_how_it_is_sent<T> || has_a_base<T>) {
    return false;
  } else {
    constexpr std::size_t count = boost::pfr::tuple_size_v<T>;
    if constexpr (count > most_members) {
      return false;
    } else if constexpr (has_an_array<T>(std::make_index_sequence<count>{})) {
      return false;
    } else {
      return can_all_be_written(members_of<T>(std::make_index_sequence<count>{}));
    }
  }
}
template <class T>
inline constexpr bool is_sent_by_members = find_sent_by_members<T>();

template <class T>
struct Members {
  using type = TypeList<>;
};
template <class T>
requires is_sent_by_members<T>
struct Members<T> {
  using type = decltype(members_of<T>(std::make_index_sequence<boost::pfr::tuple_size_v<T>>{}));
};

template <class Archive, class T>
requires(std::same_as<Archive, OutputArchive>&& is_sent_by_members<T>) void CEREAL_SAVE_FUNCTION_NAME(Archive& archive,
                                                                                                      const T& value) {
  boost::pfr::for_each_field(value, [&](const auto& member) { archive(member); });
}
template <class Archive, class T>
requires(std::same_as<Archive, InputArchive> && !std::is_const_v<T> &&
         is_sent_by_members<T>) void CEREAL_LOAD_FUNCTION_NAME(Archive& archive, T& value) {
  boost::pfr::for_each_field(value, [&](auto& member) { archive(member); });
}

#else

inline constexpr bool sends_plain_structs = false;

template <class T>
inline constexpr bool is_sent_by_members = false;
template <class T>
struct Members {
  using type = TypeList<>;
};

#endif

}  // namespace multiprocessing::detail
