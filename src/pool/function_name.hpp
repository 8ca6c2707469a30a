// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/task.hpp>

namespace multiprocessing::detail {

// What a program calls it: a function by its own name where that is exported, a function object by its type's.
std::string function_name(const FunctionImage& function);

}  // namespace multiprocessing::detail
