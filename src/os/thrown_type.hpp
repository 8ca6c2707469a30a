// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <typeinfo>

namespace multiprocessing::detail {

// The type of the exception that is being handled; E, too, if std::throw_with_nested threw E combined with
// std::nested_exception. nullptr if none is being handled, or one that is not of C++.
const std::type_info* thrown_type() noexcept;

// The name as programs write it; unchanged if it cannot be demangled.
std::string demangled(const char* mangled_name);

}  // namespace multiprocessing::detail
