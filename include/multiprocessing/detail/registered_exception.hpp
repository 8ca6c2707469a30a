// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/archive.hpp>
#include <multiprocessing/detail/exception_codec.hpp>
#include <multiprocessing/detail/rethrowable.hpp>
#include <multiprocessing/detail/sendable.hpp>

#include <exception>
#include <stdexcept>
#include <string>
#include <type_traits>

// How a registered exception type is sent, and whether it can be.

namespace multiprocessing::detail {

template <class E>
inline constexpr bool is_exception = std::is_convertible_v<E*, std::exception*>;
template <class E>
inline constexpr bool takes_its_text =
    std::is_constructible_v<E, const std::string&> || std::is_constructible_v<E, const char*>;
template <class E>
inline constexpr bool has_standard_text =
    std::is_base_of_v<std::runtime_error, E> || std::is_base_of_v<std::logic_error, E>;
// E has no members of its own: E(text), or an E() in a Retold, equals the original.
template <class E>
inline constexpr bool adds_nothing = sizeof(E) ==
                                     (has_standard_text<E> ? sizeof(std::runtime_error) : sizeof(std::exception));
// E has one member of its own, of the size of a std::string: its text. A pointer, which would dangle, has another size.
template <class E>
inline constexpr bool adds_a_string =
    !has_standard_text<E> && sizeof(E) == sizeof(std::exception) + sizeof(std::string);

template <class E>
constexpr bool find_made_from_text() {
  if constexpr (!is_exception<E>) {
    return false;
  } else if constexpr (adds_nothing<E>) {
    return takes_its_text<E> || std::is_default_constructible_v<E>;
  } else {
    return adds_a_string<E> && takes_its_text<E>;
  }
}
// Whether E can be made again without cereal functions.
template <class E>
inline constexpr bool can_be_made_from_text = find_made_from_text<E>();
template <class E>
inline constexpr bool can_be_made = std::is_default_constructible_v<E> || (is_exception<E> && takes_its_text<E>);
// The most derived class constructs a virtual base class. If an exception is nested in E, that class is derived from E,
// as this one is.
template <class E>
struct DerivedAgain : E {
  using E::E;
};
template <class E>
constexpr bool find_can_be_nested_in() {
  if constexpr (!is_exception<E> || std::is_final_v<E>) {
    return true;
  } else if constexpr (std::is_default_constructible_v<E>) {
    return std::is_default_constructible_v<DerivedAgain<E>>;
  } else {
    return takes_its_text<DerivedAgain<E>>;
  }
}
template <class E>
inline constexpr bool can_be_nested_in = find_can_be_nested_in<E>();
template <class E>
inline constexpr bool can_be_rebuilt = is_sendable<E> ? can_be_made<E> : can_be_made_from_text<E>;
template <class E>
constexpr bool find_can_be_registered() {
  if constexpr (can_be_rebuilt<E>) return can_be_nested_in<E>;
  return false;
}
template <class E>
inline constexpr bool can_be_registered = find_can_be_registered<E>();

template <class E>
E made_from_text(const std::string& text) {
  if constexpr (std::is_constructible_v<E, const std::string&>) {
    return E(text);
  } else if constexpr (std::is_constructible_v<E, const char*>) {
    return E(text.c_str());
  } else {
    return E();
  }
}

template <class E>
void encode_handled(ByteSink& sink) {
  try {
    throw;
  } catch (const E& error) {
    if constexpr (is_sendable<E>) encode(sink, error);
  }
}

template <class E>
std::exception_ptr decode_registered(const std::string& text, ByteSource& source, const std::exception_ptr& nested) {
  if constexpr (!is_sendable<E>) {
    E error = made_from_text<E>(text);
    // Else the string in E would be wrong, or E is final, so that its what() cannot be replaced.
    constexpr bool must_say_the_same = adds_a_string<E> || std::is_final_v<E>;
    if (must_say_the_same && text != error.what()) throw MalformedBytes("the exception is not what its text makes");
    return rethrowable(std::move(error), text, nested);
  } else if constexpr (std::is_default_constructible_v<E>) {
    return rethrowable(decode<E>(source), text, nested);
  } else {
    E error = made_from_text<E>(text);
    decode_into(source, error);
    return rethrowable(std::move(error), text, nested);
  }
}

template <class E>
inline RegisteredException registered_exception{
    {&typeid(E), &typeid(typename RetoldOf<E>::type), encode_handled<E>, decode_registered<E>}};

}  // namespace multiprocessing::detail
