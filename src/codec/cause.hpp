// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <string>

namespace multiprocessing::detail {

// Describes the exception that is being handled, for the text of one of our errors in which it is nested: its type and
// the first line of its text, at most 1 KiB of that. For one of our own errors: its whole text.
std::string cause_of_handled();

// An Outer whose text is `what` and the reason, and in which the reason is nested.
template <class Outer>
std::exception_ptr nested_in(const std::exception_ptr& reason, const std::string& what) {
  try {
    std::rethrow_exception(reason);
  } catch (...) {
    try {
      std::throw_with_nested(Outer(what + ": " + cause_of_handled()));
    } catch (...) {
      return std::current_exception();
    }
  }
}

}  // namespace multiprocessing::detail
