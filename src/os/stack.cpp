// SPDX-License-Identifier: MIT
#include "os/stack.hpp"

#include <pthread.h>

namespace multiprocessing::detail {
namespace {

std::span<const std::byte> look_up() noexcept {
  pthread_attr_t attributes;
  if (::pthread_getattr_np(::pthread_self(), &attributes) != 0) return {};
  void* lowest = nullptr;
  std::size_t size_bytes = 0;
  const bool is_known = ::pthread_attr_getstack(&attributes, &lowest, &size_bytes) == 0;
  ::pthread_attr_destroy(&attributes);
  if (!is_known) return {};
  return {static_cast<const std::byte*>(lowest), size_bytes};
}

}  // namespace

std::span<const std::byte> this_threads_stack() noexcept {
  thread_local const std::span<const std::byte> stack = look_up();
  return stack;
}

}  // namespace multiprocessing::detail
