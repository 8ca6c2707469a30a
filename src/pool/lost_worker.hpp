// SPDX-License-Identifier: MIT
#pragma once

#include "pool/item_error.hpp"

#include <sys/types.h>

#include <chrono>
#include <exception>
#include <string>

namespace multiprocessing::detail {

// An item that ended with its worker.
struct LostItem {
  int worker;
  pid_t pid;
  std::size_t item;
  Phase phase;  // what was being done
};

// Its WorkerLost: which signal or exit code, which process, which item, and what was being done. `was_ordered`: this
// library killed the worker. `crash`: what crash_trace() says, perhaps nothing.
std::exception_ptr worker_lost(const LostItem& lost, int wait_status, bool was_ordered, const std::string& crash);
std::exception_ptr channel_overwritten(int worker, pid_t pid, std::size_t item);
// Or, where that was the purpose, its own error.
std::exception_ptr deadline_exceeded(const LostItem& lost, std::chrono::nanoseconds timeout);
std::exception_ptr cancelled_while_it_ran(const LostItem& lost);

// "signal 9 (Killed)", "exit code 3".
std::string describe_wait_status(int wait_status);

}  // namespace multiprocessing::detail
