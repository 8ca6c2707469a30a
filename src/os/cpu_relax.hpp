// SPDX-License-Identifier: MIT
#pragma once

namespace multiprocessing::detail {

// Tells the CPU that this thread spins, so that its hyper-thread sibling runs faster.
inline void cpu_relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
  asm volatile("yield" ::: "memory");
#else
  asm volatile("" ::: "memory");
#endif
}

}  // namespace multiprocessing::detail
