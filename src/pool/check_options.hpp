// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/options.hpp>

namespace multiprocessing::detail {

// Returns the number of workers. std::invalid_argument names the option and its value.
int check_options(const PoolOptions& options);

}  // namespace multiprocessing::detail
