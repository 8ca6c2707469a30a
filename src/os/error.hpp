// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace multiprocessing::detail {

// Throws std::system_error with the present errno and, in front of its text, the sentence.
[[noreturn]] void throw_errno(const std::string& what_failed);

}  // namespace multiprocessing::detail
