// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/cpp20.hpp>

#include <exception>
#include <string>
#include <type_traits>
#include <utility>

namespace multiprocessing::detail {

// An E whose text cannot be given to its constructor: it says what the original said.
template <class E>
class Retold : public E {
 public:
  // The parameters have names that no member of E has: else -Wshadow warns of them.
  Retold(E retold_error, std::string retold_text) : E(std::move(retold_error)), text_(std::move(retold_text)) {}
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string text_;
};

// Retold<E> where E can be told anew, else E.
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
      // One that is a nested_exception by itself is thrown as it is, and holds what was handled when it was made.
      if constexpr (std::is_base_of_v<std::nested_exception, E>) {
        static_cast<std::nested_exception&>(error) = std::nested_exception();
      }
      std::throw_with_nested(std::move(error));
    }
  } catch (...) {
    return std::current_exception();
  }
}

// The same, and its what() is `text`, where E is a std::exception that is not final.
template <class E>
std::exception_ptr rethrowable(E error, const std::string& text, const std::exception_ptr& nested) {
  if constexpr (!std::is_same_v<typename RetoldOf<E>::type, E>) {
    if (text != error.what()) return nest(Retold<E>(std::move(error), text), nested);
  }
  return nest(std::move(error), nested);
}

}  // namespace multiprocessing::detail
