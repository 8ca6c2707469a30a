// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace multiprocessing::detail {

// How a worker or a daemon is ended: SIGTERM, after that SIGKILL, and after that whatever is left sits in a system call
// that only the kernel can end.
constexpr std::chrono::milliseconds time_to_terminate{500};
constexpr std::chrono::seconds time_to_die{2};

}  // namespace multiprocessing::detail
