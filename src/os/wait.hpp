// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/deadline.hpp>

#include <span>
#include <vector>

namespace multiprocessing::detail {

// Sleeps until one of the descriptors is readable or hung up, and returns true; false if the deadline came first. Skips
// negative ones. A signal does not end the sleep. Throws std::system_error for a descriptor that is not open.
bool wait_readable(std::span<const int> fds, Deadline deadline);

// The same, but returns those that are; none if the deadline came first.
std::vector<int> wait_for_readable(std::span<const int> fds, Deadline deadline);

}  // namespace multiprocessing::detail
