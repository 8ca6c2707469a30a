// SPDX-License-Identifier: MIT
#include "os/thrown_type.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string_view>

namespace multiprocessing::detail {
namespace {

// libstdc++ throws two kinds of types that have no public name: std::throw_with_nested makes a class with the two bases
// E and nested_exception, and streams throw a class derived from std::ios_base::failure.
const std::type_info* without_nested(const std::type_info* type) noexcept {
  if (!std::string_view(type->name()).starts_with("St17_Nested_exceptionI")) return type;
  const auto combined = dynamic_cast<const abi::__vmi_class_type_info*>(type);
  if (combined == nullptr || combined->__base_count != 2) return type;
  return combined->__base_info[0].__base_type;
}

const std::type_info* with_public_name(const std::type_info* type) noexcept {
  if (std::string_view(type->name()) != "St13__ios_failure") return type;
  const auto child = dynamic_cast<const abi::__si_class_type_info*>(type);
  return child == nullptr ? type : child->__base_type;
}

}  // namespace

const std::type_info* thrown_type() noexcept {
  const std::type_info* type = abi::__cxa_current_exception_type();
  return type == nullptr ? nullptr : with_public_name(without_nested(type));
}

std::string demangled(const char* mangled_name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(abi::__cxa_demangle(mangled_name, nullptr, nullptr, &status),
                                                         &std::free);
  return status == 0 && name ? name.get() : mangled_name;
}

}  // namespace multiprocessing::detail
