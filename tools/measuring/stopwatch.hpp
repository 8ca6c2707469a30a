// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace measuring {

// How long `work` takes, in seconds.
template <class Work>
double seconds(const Work& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// The compiler must believe that someone reads what the address leads to.
inline void keep(const void* address) { asm volatile("" : : "g"(address) : "memory"); }

}  // namespace measuring
