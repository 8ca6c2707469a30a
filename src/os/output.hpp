// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>
#include <string_view>

namespace multiprocessing::detail {

// Flushes stdout, stderr and the C++ streams over them, so that a fork does not copy their buffers. Skips each one
// whose lock another thread holds: never waits. Leaves other files alone: fflush(nullptr) would hang while a thread is
// in fgets(stdin).
void flush_output_if_free() noexcept;

// The same for a worker that is about to leave or to sleep: cheap if there is nothing to flush.
void flush_own_output() noexcept;

// Writes the parts one after the other, without stdio, whose lock a thread that does not exist here may hold.
void say_on_stderr(std::initializer_list<std::string_view> parts) noexcept;

}  // namespace multiprocessing::detail
