// SPDX-License-Identifier: MIT
#pragma once

#include <sched.h>

namespace multiprocessing::detail {

// The number of the CPU that the calling thread runs on at this moment; negative if the system does not tell. Takes
// some nanoseconds.
inline int current_cpu() noexcept { return ::sched_getcpu(); }

}  // namespace multiprocessing::detail
