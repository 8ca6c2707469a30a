// SPDX-License-Identifier: MIT
#pragma once

namespace multiprocessing::detail {

// What a worker has that differs from its program. Each allocates nothing, takes no lock but where it says so, and
// leaves things as they are where the system refuses.

// Its stdin is /dev/null, and what the program had read ahead from its own is forgotten.
void empty_standard_input() noexcept;

// Out of memory, the kernel's killer takes it before the program and the fork server.
void raise_oom_score() noexcept;

// exit(n) calls last_acts and leaves with n: what the program registered with atexit before the fork does not run here.
// Registered first it runs last: what the worker itself registers later still runs. So does a process that it forks.
// False, after a second: another thread of the program was registering such a handler when this process was forked.
// Then a lock of the C library is held here by nobody, and exit(), and much else, would wait for it for ever.
// Only for a process with one thread.
[[nodiscard]] bool leave_on_exit(void (*last_acts)()) noexcept;

}  // namespace multiprocessing::detail
