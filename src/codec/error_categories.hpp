// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <system_error>

namespace multiprocessing::detail {

// The categories of the standard library, by the number that is sent for them; nullptr for higher numbers. An address
// that a worker sent is not followed.
const std::error_category* standard_category(std::size_t number) noexcept;
// The number of a category; for a category of the program, the first one that is nullptr.
std::size_t number_of_category(const std::error_category& category) noexcept;

}  // namespace multiprocessing::detail
