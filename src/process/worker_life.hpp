// SPDX-License-Identifier: MIT
#pragma once

#include "os/signals.hpp"

#include <sys/types.h>

namespace multiprocessing::detail {

// Who forked a worker: a server, which rings the pool's bells at a SIGCHLD, or the program.
struct WorkerParent {
  pid_t pid = 0;  // 0: this process is no worker
  bool is_server = false;
};

// The first acts of a worker, before any code of the program runs in it. leave_on_exit() was called before, here or in
// its parent. `mask_of_program`: the signals that were blocked in the thread that made the pool. Allocates nothing and
// takes no lock.
void begin_worker(WorkerParent parent, int slot, const SignalMask& mask_of_program) noexcept;

// To be called again after code that may have changed the worker's credentials, which clears the signal by which the
// kernel ends it with its server. Only in a worker; not in a process that a task forked.
void worker_renew_parent_death_signal() noexcept;

// For a worker whose task has closed its bells: asks the server to ring them. If it has no server, or may not ask it
// any more, the worker ends, and its death is noticed. Does nothing in a process that is no worker.
void worker_ring_through_server() noexcept;

// The last acts: flushes the standard output and ends this process. Also for a process that a task forked.
[[noreturn]] void leave_worker(int exit_code) noexcept;

}  // namespace multiprocessing::detail
