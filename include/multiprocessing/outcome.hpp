// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/errors.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace multiprocessing {

// How one item ended: its value, or its error, which value() throws. Outcome<void> holds a std::monostate. One thread
// at a time; never blocks.
template <class R>
class Outcome {
 public:
  using value_type = std::conditional_t<std::is_void_v<R>, std::monostate, R>;

  static Outcome success(std::size_t index, value_type value) {
    Outcome outcome(index);
    outcome.value_.emplace(std::move(value));
    return outcome;
  }
  static Outcome failure(std::size_t index, std::exception_ptr error) {
    Outcome outcome(index);
    outcome.error_ = std::move(error);
    return outcome;
  }

  explicit operator bool() const { return value_.has_value(); }
  value_type& value() & {
    if (!value_) std::rethrow_exception(error_);
    return *value_;
  }
  const value_type& value() const& {
    if (!value_) std::rethrow_exception(error_);
    return *value_;
  }
  value_type&& value() && {
    if (!value_) std::rethrow_exception(error_);
    return std::move(*value_);
  }
  std::exception_ptr error() const { return error_; }  // null if there is a value
  std::size_t index() const { return index_; }         // which item
  std::string message() const { return describe(error_); }

  // The error if it is an E, else nullptr. Lives as long as this outcome.
  template <class E>
  const E* error_as() const {
    const E* found = nullptr;
    try {
      if (error_) std::rethrow_exception(error_);
      // By value if E is no class: clang reads a wrong address through a reference to a pointer that is thrown again.
    } catch (std::conditional_t<std::is_class_v<E>, const E&, const E> error) {
      // error_ keeps a class object alive: rethrowing does not copy it here. A number in a handler is a copy.
      if constexpr (std::is_class_v<E>) {
        found = std::addressof(error);
      } else {
        number_ = std::make_shared<E>(error);
        found = static_cast<const E*>(number_.get());
      }
    } catch (...) {
    }
    return found;
  }

 private:
  explicit Outcome(std::size_t index) : index_(index) {}
  std::size_t index_;
  std::optional<value_type> value_;
  std::exception_ptr error_;
  mutable std::shared_ptr<void> number_;  // see error_as()
};

}  // namespace multiprocessing
