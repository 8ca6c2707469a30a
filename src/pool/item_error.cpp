// SPDX-License-Identifier: MIT
#include "pool/item_error.hpp"

#include <multiprocessing/detail/byte_submission.hpp>
#include <multiprocessing/errors.hpp>

#include "os/throw_trace.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>

namespace multiprocessing::detail {
namespace {

std::string name_of(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(type.name(), nullptr, nullptr, &status),
                                                    std::free);
  return name ? name.get() : type.name();
}

template <class Outer>
std::exception_ptr nested_in(const std::exception_ptr& reason, const std::string& what) {
  try {
    std::rethrow_exception(reason);
  } catch (...) {
    try {
      std::throw_with_nested(Outer(what));
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
  return nested_in<PicklingError>(reason, "an argument of type " + name_of(type) + " cannot be sent");
}

std::exception_ptr nested_in_maybe_encoding_error(std::exception_ptr reason, const std::type_info& type) {
  return nested_in<MaybeEncodingError>(reason, "the result, of type " + name_of(type) + ", cannot be decoded");
}

std::string traceback(const std::string& what) {
  const std::string thrown = last_throw();
  return thrown.empty() ? what : what + "\n" + thrown;
}

void encode_item_error(const std::exception_ptr& error, Phase phase, const TaskType& type, std::size_t item,
                       const std::string& where, ByteSink& sink) {
  std::exception_ptr seen = error;
  if (phase == Phase::decoding) seen = nested_in<PicklingError>(error, "the argument cannot be decoded in the worker");
  if (phase == Phase::encoding) seen = nested_in<MaybeEncodingError>(error, "the result cannot be sent");
  encode_exception(
      seen, traceback("item " + std::to_string(item) + ", " + where + ", in " + name_of(*type.function_type)), sink);
}

}  // namespace multiprocessing::detail
