// SPDX-License-Identifier: MIT
#pragma once

namespace multiprocessing::detail {

// What differs between a worker and its program. No function allocates, and none takes a lock except where it says so.
// If the system refuses something, it stays as it is.

// Makes stdin /dev/null, and forgets what the program had read ahead from its own.
void empty_standard_input() noexcept;

// If the machine runs out of memory, the kernel then kills this process before the program and the fork server.
void raise_oom_score() noexcept;

// From now on exit(n) calls last_acts and leaves with n; handlers that the program registered with atexit before the
// fork do not run. It is registered first and so runs last: handlers that the worker itself registers later still run.
// The same holds for a process that the worker forks. False, after a second, if another thread of the program was
// registering a handler when this process was forked: then a thread that does not exist here holds a lock of the C
// library, and exit(), and much else, would wait for it for ever. Only for a process with one thread.
[[nodiscard]] bool leave_on_exit(void (*last_acts)()) noexcept;

}  // namespace multiprocessing::detail
