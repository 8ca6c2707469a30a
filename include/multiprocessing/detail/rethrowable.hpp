// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/cpp20.hpp>

#include <exception>
#include <string>
#include <type_traits>
#include <utility>

namespace multiprocessing::detail {

// An E whose constructor cannot take its text: what() returns the original text.
template <class E>
class Retold : public E {
 public:
  // No member of E has these names: else -Wshadow would warn.
  Retold(E retold_error, std::string retold_text) : E(std::move(retold_error)), text_(std::move(retold_text)) {}
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string text_;
};

// Retold<E> if there can be one, else E.
template <class E>
struct RetoldOf {
  using type = E;
};
template <class E>
requires(std::is_base_of_v<std::exception, E> && !std::is_final_v<E>) struct RetoldOf<E> {
  using type = Retold<E>;
};

// A pointer to `error`, in which `nested` is nested as std::throw_with_nested does it, unless `nested` is null.
template <class E>
std::exception_ptr nest(E error, const std::exception_ptr& nested) {
  try {
    if (!nested) throw error;
    try {
      std::rethrow_exception(nested);
    } catch (...) {
      // An E that is a nested_exception itself is thrown as it is, and holds the exception that was handled when it was
      // made.
      if constexpr (std::is_base_of_v<std::nested_exception, E>) {
        static_cast<std::nested_exception&>(error) = std::nested_exception();
      }
      std::throw_with_nested(std::move(error));
    }
  } catch (...) {
    return std::current_exception();
  }
}

// The same, with `text` as its what() if E is a std::exception that is not final.
template <class E>
std::exception_ptr rethrowable(E error, const std::string& text, const std::exception_ptr& nested) {
  if constexpr (!std::is_same_v<typename RetoldOf<E>::type, E>) {
    if (text != error.what()) return nest(Retold<E>(std::move(error), text), nested);
  }
  return nest(std::move(error), nested);
}

}  // namespace multiprocessing::detail
