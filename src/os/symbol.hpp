// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace multiprocessing::detail {

// The name for an address of code: demangled, or its module and offset if it is not exported, or only the number. Slow
// (18 us).
std::string symbol_at(const void* address);

}  // namespace multiprocessing::detail
