// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/task.hpp>

namespace multiprocessing::detail {

// `given`, unless it is null. Else the function's name.
std::string function_name(const FunctionImage& function, const std::string* given);

}  // namespace multiprocessing::detail
