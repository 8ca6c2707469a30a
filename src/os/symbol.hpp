// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace multiprocessing::detail {

// What lies at an address of code: its demangled name, or its module and offset where it is not exported, or
// only the number. Slow (18 us).
std::string symbol_at(const void* address);

}  // namespace multiprocessing::detail
