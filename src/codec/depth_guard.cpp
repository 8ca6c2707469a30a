// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/depth_guard.hpp>
#include <multiprocessing/errors.hpp>

#include "os/stack.hpp"

#include <algorithm>
#include <string>

namespace multiprocessing::detail {

const void* stack_floor() noexcept {
  constexpr std::size_t reserve_bytes = std::size_t{64} << 10;  // for the exception, and the handlers of signals
  const std::span<const std::byte> stack = this_threads_stack();
  const auto* const here = static_cast<const std::byte*>(__builtin_frame_address(0));
  // The stack of a coroutine, or another one made by hand, is not the thread's.
  if (here < stack.data() || here >= stack.data() + stack.size()) return nullptr;
  return stack.data() + std::min(reserve_bytes, stack.size() / 4);
}

void throw_nested_too_deeply() {
  throw PicklingError("it is nested too deeply for the " + std::to_string(this_threads_stack().size() >> 10) +
                      " KiB of this thread's stack; keep its parts in a container, or enlarge the stack "
                      "(ulimit -s, pthread_attr_setstacksize)");
}

}  // namespace multiprocessing::detail
