// SPDX-License-Identifier: MIT
#include "codec/exception_form.hpp"

#include <multiprocessing/detail/archive.hpp>

#include <any>
#include <functional>
#include <future>
#include <memory>
#include <new>
#include <optional>
#include <regex>
#include <stdexcept>
#include <typeinfo>
#include <variant>
#if __has_include(<format>)
#include <format>
#endif

namespace multiprocessing::detail {
namespace {

struct FutureErrorData {
  static void save(const std::future_error& error, ByteSink& sink) { encode(sink, error.code().value()); }
  static std::future_error load(const std::string&, ByteSource& source) {
    return std::future_error(static_cast<std::future_errc>(decode<int>(source)));
  }
};

struct RegexErrorData {
  static void save(const std::regex_error& error, ByteSink& sink) { encode(sink, static_cast<int>(error.code())); }
  static std::regex_error load(const std::string&, ByteSource& source) {
    const auto code = decode<int>(source);
    if (code < 0 || code > 15) throw MalformedBytes("there is no such std::regex_constants::error_type");
    return std::regex_error(static_cast<std::regex_constants::error_type>(code));
  }
};

constinit const ExceptionType types[] = {
    text_only<std::exception>(),
    text_only<std::logic_error>(),
    text_only<std::invalid_argument>(),
    text_only<std::domain_error>(),
    text_only<std::length_error>(),
    text_only<std::out_of_range>(),
    text_only<std::runtime_error>(),
    text_only<std::range_error>(),
    text_only<std::overflow_error>(),
    text_only<std::underflow_error>(),
    text_only<std::bad_alloc>(),
    text_only<std::bad_array_new_length>(),
    text_only<std::bad_cast>(),
    text_only<std::bad_any_cast>(),
    text_only<std::bad_typeid>(),
    text_only<std::bad_exception>(),
    text_only<std::bad_function_call>(),
    text_only<std::bad_optional_access>(),
    text_only<std::bad_variant_access>(),
    text_only<std::bad_weak_ptr>(),
#if defined(__cpp_lib_format)
    text_only<std::format_error>(),
#endif
    with_data<std::future_error, FutureErrorData>(),
    with_data<std::regex_error, RegexErrorData>(),
};

}  // namespace

std::span<const ExceptionType> standard_exceptions() noexcept { return types; }

}  // namespace multiprocessing::detail
