// SPDX-License-Identifier: MIT
#include "pool/function_name.hpp"

#include "os/symbol.hpp"
#include "os/thrown_type.hpp"

#include <cstring>
#include <string_view>

namespace multiprocessing::detail {

std::string function_name(const FunctionImage& function) {
  const std::string_view type = function.type->function_type->name();
  const bool is_pointer = type.starts_with("PF");  // as the C++ ABI of Itanium mangles it
  if (!is_pointer) return demangled(type.data());
  const void* address = nullptr;
  std::memcpy(&address, function.address.data(), sizeof address);
  return symbol_at(address);
}

}  // namespace multiprocessing::detail
