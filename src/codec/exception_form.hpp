// SPDX-License-Identifier: MIT
#pragma once

#include "codec/exception_types.hpp"

#include <multiprocessing/detail/rethrowable.hpp>

#include <string>
#include <type_traits>

namespace multiprocessing::detail {

// How to send an exception that holds nothing but its text, or not even that.
template <class E>
constexpr ExceptionType text_only() {
  return {&typeid(E), &typeid(typename RetoldOf<E>::type), [](ByteSink&) {},
          [](const std::string& text, ByteSource&, const std::exception_ptr& nested) {
            if constexpr (std::is_constructible_v<E, const std::string&>) {
              return rethrowable(E(text), text, nested);
            } else {
              return rethrowable(E(), text, nested);
            }
          }};
}

// How to send an exception that holds more: `Data` has `static void save(const E&, ByteSink&)` and `static E load(const
// std::string& text, ByteSource&)`, whose result need not yet have the text.
template <class E, class Data>
constexpr ExceptionType with_data() {
  return {&typeid(E), &typeid(typename RetoldOf<E>::type),
          [](ByteSink& sink) {
            try {
              throw;
            } catch (const E& error) {
              Data::save(error, sink);
            }
          },
          [](const std::string& text, ByteSource& source, const std::exception_ptr& nested) {
            return rethrowable(Data::load(text, source), text, nested);
          }};
}

}  // namespace multiprocessing::detail
