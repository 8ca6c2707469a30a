// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace multiprocessing::detail {

// Throws std::system_error with errno as it is now, and the sentence before it.
[[noreturn]] void throw_errno(const std::string& what_failed);

}  // namespace multiprocessing::detail
