// SPDX-License-Identifier: MIT
#pragma once

#include "os/cpu_relax.hpp"
#include "os/current_cpu.hpp"

#include <atomic>
#include <cstdint>

namespace multiprocessing::detail {

// For two that spin for each other. They spin in bursts of 32 looks, about half a microsecond, and give way in between:
// at once to the other one if it was last seen on the same CPU, now and then to whoever else wants this CPU.
inline constexpr int bursts_before_yield = 8;

// Notes the caller's CPU for the other one, as its number plus 1, and returns that. Relaxed: it is a hint. Written only
// when it changes, which is seldom: so the other one keeps the cache line.
inline std::uint32_t note_cpu(std::atomic<std::uint32_t>& word) noexcept {
  const auto cpu = static_cast<std::uint32_t>(current_cpu() + 1);
  if (word.load(std::memory_order_relaxed) != cpu) word.store(cpu, std::memory_order_relaxed);
  return cpu;
}

}  // namespace multiprocessing::detail
