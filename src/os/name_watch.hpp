// SPDX-License-Identifier: MIT
#pragma once

#include "os/unique_fd.hpp"

namespace multiprocessing::detail {

// A descriptor that is readable once the file that has this name of shared memory gains or loses a name. Empty if the
// system has no more watches, or no such name. Allocates nothing, takes no lock.
UniqueFd watch_shm(const char* name) noexcept;

}  // namespace multiprocessing::detail
