// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/exception_codec.hpp>

#include <span>
#include <string_view>
#include <typeinfo>

namespace multiprocessing::detail {

// How to send an exception of exactly this type, the built-in types first; nullptr for an unknown type.
const ExceptionType* find_exception_type(const std::type_info& type) noexcept;

// The same by type_info::name(), because a worker can send no more than the name of a type.
const ExceptionType* find_built_in_exception(std::string_view mangled_name) noexcept;
const ExceptionType* find_registered_exception(std::string_view mangled_name) noexcept;

// The built-in types, by family.
std::span<const ExceptionType> standard_exceptions() noexcept;  // of the standard library, without an error code
std::span<const ExceptionType> system_errors() noexcept;        // std::system_error and its children
std::span<const ExceptionType> library_errors() noexcept;       // this library's own
std::span<const ExceptionType> thrown_values() noexcept;        // numbers and text

}  // namespace multiprocessing::detail
