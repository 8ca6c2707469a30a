// SPDX-License-Identifier: MIT
#include "pool/function_name.hpp"

#include "os/symbol.hpp"
#include "os/thrown_type.hpp"

#include <cstring>
#include <string_view>

namespace multiprocessing::detail {

std::string function_name(const std::type_info& type, const void* address) {
  return address == nullptr ? demangled(type.name()) : symbol_at(address);
}

std::string function_name(const FunctionImage& function, const std::string* given) {
  if (given != nullptr) return *given;
  const std::type_info& type = *function.type->function_type;
  const std::string_view mangled = type.name();
  // As the C++ ABI of Itanium mangles a pointer to a function; the second one is noexcept.
  const bool is_pointer = mangled.starts_with("PF") || mangled.starts_with("PDoF");
  const void* address = nullptr;
  if (is_pointer) std::memcpy(&address, function.address.data(), sizeof address);
  return function_name(type, address);
}

}  // namespace multiprocessing::detail
