// SPDX-License-Identifier: MIT
#include "pool/item_error.hpp"

#include <multiprocessing/detail/byte_submission.hpp>
#include <multiprocessing/errors.hpp>

#include "os/throw_trace.hpp"
#include "os/thrown_type.hpp"

#include <algorithm>

namespace multiprocessing::detail {
namespace {

// The first line of what the handled exception says: what is nested has all of it.
std::string text_of_handled() {
  std::string text;
  try {
    throw;
  } catch (const std::exception& error) {
    if (error.what() != nullptr) text = error.what();
  } catch (...) {
  }
  text.resize(std::min(text.find('\n'), text.size()));
  const std::type_info* const type = thrown_type();
  if (text.empty() && type != nullptr) text = demangled(type->name());
  return text;
}

template <class Outer>
std::exception_ptr nested_in(const std::exception_ptr& reason, const std::string& what) {
  try {
    std::rethrow_exception(reason);
  } catch (...) {
    try {
      std::throw_with_nested(Outer(what + ": " + text_of_handled()));
    } catch (...) {
      return std::current_exception();
    }
  }
}

}  // namespace

const char* describe_phase(Phase phase) {
  switch (phase) {
    case Phase::none:
      return "waiting";
    case Phase::decoding:
      return "decoding its argument";
    case Phase::running:
      return "running it";
    case Phase::encoding:
      return "encoding its result";
    case Phase::done:
      return "sending its result";
  }
  return "?";
}

std::exception_ptr nested_in_pickling_error(std::exception_ptr reason, const std::type_info& type) {
  return nested_in<PicklingError>(reason, "an argument of type " + demangled(type.name()) + " cannot be sent");
}

std::exception_ptr nested_in_function_error(std::exception_ptr reason, const std::type_info& type) {
  return nested_in<PicklingError>(reason,
                                  "the state of a function of type " + demangled(type.name()) + " cannot be sent");
}

std::exception_ptr nested_in_maybe_encoding_error(std::exception_ptr reason, const std::type_info& type) {
  return nested_in<MaybeEncodingError>(reason, "the result, of type " + demangled(type.name()) + ", cannot be decoded");
}

std::string traceback(const std::string& what) {
  const std::string thrown = last_throw();
  return thrown.empty() ? what : what + "\n" + thrown;
}

void encode_item_error(const std::exception_ptr& error, Phase phase, const TaskType& type, std::size_t item,
                       const std::string& where, ByteSink& sink) {
  std::exception_ptr seen = error;
  if (phase == Phase::decoding) {
    seen = nested_in<PicklingError>(
        error, "an argument of type " + demangled(type.item_type->name()) + " cannot be decoded in the worker");
  }
  if (phase == Phase::encoding) {
    seen = nested_in<MaybeEncodingError>(
        error, "the result, of type " + demangled(type.result_type->name()) + ", cannot be sent");
  }
  encode_exception(
      seen, traceback("item " + std::to_string(item) + ", " + where + ", in " + demangled(type.function_type->name())),
      sink);
}

}  // namespace multiprocessing::detail
