// SPDX-License-Identifier: MIT
#pragma once

#include "os/crash_record.hpp"

#include <array>

#include <signal.h>

namespace multiprocessing::detail {

inline constexpr std::array<int, 7> crash_signals{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP};

// From now on, if this process crashes (in any of its threads, also by a stack overflow), it first notes its stack in
// the record, then flushes the standard output if no thread has its lock, and then ends by the same signal as if nobody
// had caught it; after 2 s, whatever hangs. Not in processes forked from it. Call it once, in the thread that the
// process began with, while the signals have their default actions: an ignored one stays ignored, and a handler
// installed later replaces this one. Allocates nothing, takes no lock.
void record_crashes_in(CrashRecord& record) noexcept;

}  // namespace multiprocessing::detail
