// SPDX-License-Identifier: MIT
#include "pool/function_name.hpp"

#include "os/symbol.hpp"
#include "os/thrown_type.hpp"

#include <cstring>
#include <string_view>

namespace multiprocessing::detail {

std::string function_name(const FunctionImage& function) {
  const std::string_view type = function.type->function_type->name();
  // As the C++ ABI of Itanium mangles a pointer to a function; the second one is noexcept.
  const bool is_pointer = type.starts_with("PF") || type.starts_with("PDoF");
  if (!is_pointer) return demangled(type.data());
  const void* address = nullptr;
  std::memcpy(&address, function.address.data(), sizeof address);
  return symbol_at(address);
}

}  // namespace multiprocessing::detail
