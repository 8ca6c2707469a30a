// SPDX-License-Identifier: MIT
#pragma once

#include "os/crash_trace.hpp"
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

// The errors that follow are std::bad_alloc where there is no memory for them.

// Its WorkerLost: which signal or exit code, which process, which item, and what was being done. `was_ordered`: this
// library killed the worker. After a crash with_crash_stack() completes its text, as names take long and the loader's
// lock.
std::exception_ptr worker_lost(const LostItem& lost, int wait_status, bool was_ordered, const Crash& crash) noexcept;
std::exception_ptr with_crash_stack(
    const std::exception_ptr& error) noexcept;  // an EncodedBreak, too; any other error as it is
std::exception_ptr channel_overwritten(int worker, pid_t pid, std::size_t item) noexcept;
// Or, where that was the purpose, its own error.
std::exception_ptr deadline_exceeded(const LostItem& lost, std::chrono::nanoseconds timeout) noexcept;
std::exception_ptr cancelled_while_it_ran(const LostItem& lost) noexcept;

}  // namespace multiprocessing::detail
