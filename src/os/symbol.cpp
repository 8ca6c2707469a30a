// SPDX-License-Identifier: MIT
#include "os/symbol.hpp"

#include <cxxabi.h>
#include <dlfcn.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace multiprocessing::detail {

std::string symbol_at(const void* address) {
  Dl_info info{};
  char number[64];
  if (dladdr(address, &info) == 0) {
    std::snprintf(number, sizeof number, "0x%zx, outside of all modules", reinterpret_cast<std::uintptr_t>(address));
    return number;
  }
  if (info.dli_sname != nullptr) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(info.dli_sname, nullptr, nullptr, &status),
                                                      std::free);
    return name ? name.get() : info.dli_sname;
  }
  std::snprintf(number, sizeof number, "+0x%zx",
                static_cast<std::size_t>(reinterpret_cast<std::uintptr_t>(address) -
                                         reinterpret_cast<std::uintptr_t>(info.dli_fbase)));
  return std::string(info.dli_fname != nullptr ? info.dli_fname : "?") + number;
}

}  // namespace multiprocessing::detail
