// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/registered_exception.hpp>

namespace multiprocessing {

// From now on an E that a task throws arrives as E, with its own what(). That holds for exactly E: register derived
// types, too. Call it before the pool is made, because workers know the types that were registered then; an older pool
// gives RemoteError. Any thread; a second call changes nothing.
// E with cereal functions arrives with its data; what() need not be among them.
// E without them, an ordinary exception, is made from its text. It must hold nothing else (other members would be lost:
// such a type does not compile): struct ParseError : std::runtime_error { using runtime_error::runtime_error; };
// Its constructor may add something to the text: what() is corrected afterwards.
// RemoteError arrives instead, with E's name and text, if E cannot be saved or loaded, or if an E that is final or
// keeps its text in a member changes the text that its constructor is given.
template <class E>
void register_exception() {
  static_assert(std::is_same_v<E, std::decay_t<E>>,
                "multiprocessing: register the type that is thrown: no reference, no const");
  if constexpr (std::is_base_of_v<std::exception, E> && !detail::SaysItWrong<E>::value) {
    static_assert(
        detail::can_be_rebuilt<E>,
        "multiprocessing: this exception cannot be made again in the parent: give it a constructor from its text, if "
        "that is all it holds (using runtime_error::runtime_error;), else a member template <class Archive> void "
        "serialize(Archive& archive) for its data, and a default constructor or one from its text");
    static_assert(detail::can_be_nested_in<E> || !detail::can_be_rebuilt<E>,
                  "multiprocessing: nothing can be nested in this exception, as it has a virtual base class without a "
                  "default constructor: derive without virtual");
  } else {
    detail::require_sendable<E>();
  }
  if constexpr (std::is_same_v<E, std::decay_t<E>> && detail::can_be_registered<std::decay_t<E>>) {
    detail::register_exception_type(detail::registered_exception<E>);
  }
}

}  // namespace multiprocessing
