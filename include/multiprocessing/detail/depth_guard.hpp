// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/export.hpp>

namespace multiprocessing::detail {

// The address below which a recursion must not fill the calling thread's stack; nullptr if it is not known.
MULTIPROCESSING_EXPORT const void* stack_floor() noexcept;
[[noreturn]] MULTIPROCESSING_EXPORT void throw_nested_too_deeply();

// Values that point to values are written and read by recursion. If one is too deep for the stack, this throws, instead
// of letting the process crash. For the thread that makes it.
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
