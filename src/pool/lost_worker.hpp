// SPDX-License-Identifier: MIT
#pragma once

#include "pool/item_error.hpp"

#include <sys/types.h>

#include <exception>

namespace multiprocessing::detail {

// The WorkerLost of one item: which signal or exit code, which process, which item, and what was being done.
// `was_ordered`: this library killed the worker.
std::exception_ptr worker_lost(int wait_status, int worker, pid_t pid, std::size_t item, Phase phase, bool was_ordered);
std::exception_ptr channel_overwritten(int worker, pid_t pid, std::size_t item);

// "signal 9 (Killed)", "exit code 3".
std::string describe_wait_status(int wait_status);

}  // namespace multiprocessing::detail
