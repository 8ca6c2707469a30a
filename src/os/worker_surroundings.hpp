// SPDX-License-Identifier: MIT
#pragma once

namespace multiprocessing::detail {

// What a worker has that differs from its program. Each allocates nothing, takes no lock and leaves things as they are
// where the system refuses.

// Its stdin is /dev/null, and what the program had read ahead from its own is forgotten.
void empty_standard_input() noexcept;

// Out of memory, the kernel's killer takes it before the program and the fork server.
void raise_oom_score() noexcept;

// exit(n) calls last_acts and leaves with n: what the program registered with atexit before the fork does not run here.
// Registered first it runs last: what the worker itself registers later still runs.
void leave_on_exit(void (*last_acts)()) noexcept;

}  // namespace multiprocessing::detail
