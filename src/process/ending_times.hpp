// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace multiprocessing::detail {

// How a worker or a daemon is ended: by SIGTERM, after the first time by SIGKILL. If it still exists after the second
// time, it is in a system call that only the kernel can end.
constexpr std::chrono::milliseconds time_to_terminate{500};
constexpr std::chrono::seconds time_to_die{2};

}  // namespace multiprocessing::detail
