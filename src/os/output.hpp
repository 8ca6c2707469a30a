// SPDX-License-Identifier: MIT
#pragma once

namespace multiprocessing::detail {

// Flushes stdout, stderr and the C++ streams over them, so that a fork does not copy what they hold. Each is skipped
// while another thread has its lock: never waits for one. Other files are left alone: fflush(nullptr) would hang while
// a thread sits in fgets(stdin).
void flush_output_if_free() noexcept;

// The same for a worker that is about to leave or to sleep: cheap where there is nothing to flush.
void flush_own_output() noexcept;

}  // namespace multiprocessing::detail
