// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>
#include <string_view>

namespace multiprocessing::detail {

// Flushes stdout, stderr and the C++ streams over them, so that a fork does not copy what they hold. Each is skipped
// while another thread has its lock: never waits for one. Other files are left alone: fflush(nullptr) would hang while
// a thread sits in fgets(stdin).
void flush_output_if_free() noexcept;

// The same for a worker that is about to leave or to sleep: cheap where there is nothing to flush.
void flush_own_output() noexcept;

// Where a lock may be held by nobody: the parts, one after the other, without stdio's.
void say_on_stderr(std::initializer_list<std::string_view> parts) noexcept;

}  // namespace multiprocessing::detail
