// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/archive.hpp>
#include <multiprocessing/detail/exception_codec.hpp>
#include <multiprocessing/detail/rethrowable.hpp>
#include <multiprocessing/detail/sendable.hpp>

#include <exception>
#include <string>
#include <type_traits>

namespace multiprocessing {
namespace detail {

template <class E>
void encode_handled(ByteSink& sink) {
  try {
    throw;
  } catch (const E& error) {
    encode(sink, error);
  }
}

template <class E>
std::exception_ptr decode_registered(const std::string& text, ByteSource& source, const std::exception_ptr& nested) {
  return rethrowable(decode<E>(source), text, nested);
}

template <class E>
inline RegisteredException registered_exception{
    {&typeid(E), &typeid(typename RetoldOf<E>::type), encode_handled<E>, decode_registered<E>}};

}  // namespace detail

// From now on an E that a task throws arrives as E, with its data (E's cereal functions) and its own what(), which need
// not be among the data. Only exactly E: register derived types, too. Call it before the pool is made, as the workers
// know what was registered then; a pool that is older gives RemoteError. Any thread; again changes nothing.
// Where E cannot be saved, or what was saved cannot be loaded, RemoteError arrives with E's name and text.
template <class E>
void register_exception() {
  static_assert(std::is_same_v<E, std::decay_t<E>>,
                "multiprocessing: register the type that is thrown: no reference, no const");
  detail::require_sendable<E>();
  if constexpr (detail::is_sendable<E> && std::is_default_constructible_v<E>) {
    detail::register_exception_type(detail::registered_exception<E>);
  }
}

}  // namespace multiprocessing
