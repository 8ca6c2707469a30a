// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <system_error>

namespace multiprocessing::detail {

// The categories of the standard library by number, which is how they are sent; behind them nullptr. An address that a
// worker sent is not followed.
const std::error_category* standard_category(std::size_t number) noexcept;
// Its number; for a category of the program, that of the nullptr.
std::size_t number_of_category(const std::error_category& category) noexcept;

}  // namespace multiprocessing::detail
