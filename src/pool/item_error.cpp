// SPDX-License-Identifier: MIT
#include "pool/item_error.hpp"

#include <multiprocessing/detail/byte_submission.hpp>
#include <multiprocessing/errors.hpp>

#include "codec/cause.hpp"
#include "os/throw_trace.hpp"
#include "os/thrown_type.hpp"

#include <new>

namespace multiprocessing::detail {
namespace {

bool is_lack_of_memory(const std::exception_ptr& reason) {
  try {
    std::rethrow_exception(reason);
  } catch (const std::bad_alloc&) {
    return true;
  } catch (...) {
    return false;
  }
}

// If memory ran out, the text also says for which item, of how many bytes, and where.
template <class Outer>
std::exception_ptr failed(const std::exception_ptr& reason, const std::string& what, std::size_t item,
                          const std::string& bytes, const std::string& where) {
  if (!is_lack_of_memory(reason)) return nested_in<Outer>(reason, what);
  return nested_in<Outer>(reason, what + " (item " + std::to_string(item) + bytes + ", " + where + ")");
}

std::string so_many(std::uint64_t bytes) { return ", " + std::to_string(bytes) + " bytes"; }

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

std::exception_ptr cannot_be_sent(const std::exception_ptr& reason, const std::type_info& type, std::size_t item,
                                  std::size_t written_bytes) noexcept try {
  return failed<PicklingError>(reason, "an argument of type " + demangled(type.name()) + " cannot be sent", item,
                               ", after " + std::to_string(written_bytes) + " bytes", "in the parent");
} catch (...) {
  return std::current_exception();
}

std::exception_ptr cannot_be_held(const std::exception_ptr& reason, const std::type_info& type, std::size_t item,
                                  std::uint64_t size_bytes) noexcept try {
  return failed<MaybeEncodingError>(reason, "the result, of type " + demangled(type.name()) + ", cannot be received",
                                    item, so_many(size_bytes), "in the parent");
} catch (...) {
  return std::current_exception();
}

std::exception_ptr nested_in_function_error(std::exception_ptr reason, const std::type_info& type) {
  return nested_in<PicklingError>(reason,
                                  "the state of a function of type " + demangled(type.name()) + " cannot be sent");
}

std::exception_ptr nested_in_maybe_encoding_error(const std::exception_ptr& reason, const std::type_info& type,
                                                  std::size_t item, std::size_t size_bytes) noexcept try {
  return failed<MaybeEncodingError>(reason, "the result, of type " + demangled(type.name()) + ", cannot be decoded",
                                    item, so_many(size_bytes), "in the parent");
} catch (...) {
  return std::current_exception();
}

std::string traceback(const std::string& what) {
  const std::string thrown = last_throw();
  return thrown.empty() ? what : what + "\n" + thrown;
}

void encode_item_error(const std::exception_ptr& error, Phase phase, const TaskType& type, const ItemPlace& place,
                       ByteSink& sink) {
  std::exception_ptr seen = error;
  if (phase == Phase::decoding) {
    seen = failed<PicklingError>(
        error, "an argument of type " + demangled(type.item_type->name()) + " cannot be decoded in the worker",
        place.item, so_many(place.argument_bytes), place.where);
  }
  if (phase == Phase::encoding) {
    seen = failed<MaybeEncodingError>(error,
                                      "the result, of type " + demangled(type.result_type->name()) + ", cannot be sent",
                                      place.item, "", place.where);
  }
  encode_exception(seen,
                   traceback("item " + std::to_string(place.item) + ", " + place.where + ", in " +
                             demangled(type.function_type->name())),
                   sink);
}

}  // namespace multiprocessing::detail
