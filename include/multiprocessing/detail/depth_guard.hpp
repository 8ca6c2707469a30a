// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/export.hpp>

namespace multiprocessing::detail {

// The address below which the calling thread's stack must not be filled by a recursion; nullptr if that is not known.
MULTIPROCESSING_EXPORT const void* stack_floor() noexcept;
[[noreturn]] MULTIPROCESSING_EXPORT void throw_nested_too_deeply();

// Values that point to values are written and read by recursion: one that is too deep for the stack is an exception,
// not the end of the process. For the thread that makes it.
class DepthGuard {
 public:
  DepthGuard() : floor_(stack_floor()) {}
  void check() const {
    if (__builtin_frame_address(0) < floor_) throw_nested_too_deeply();
  }

 private:
  const void* const floor_;
};

}  // namespace multiprocessing::detail
