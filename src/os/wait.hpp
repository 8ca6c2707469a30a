// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/deadline.hpp>

#include <span>
#include <vector>

namespace multiprocessing::detail {

// Sleeps until one of the descriptors is readable or hung up: true; or until the deadline: false.
// Negative ones are skipped. A signal does not end it. Throws std::system_error for a descriptor that is not open.
bool wait_readable(std::span<const int> fds, Deadline deadline);

// The same, and which of them; none at the deadline.
std::vector<int> wait_for_readable(std::span<const int> fds, Deadline deadline);

}  // namespace multiprocessing::detail
