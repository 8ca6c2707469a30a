// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace multiprocessing::detail {

// Where a process crashed, in memory that outlives it. Its crash handler (os/crash_handler.hpp) writes it once, one
// address of the stack at a time: if the handler itself crashes, those noted so far count. All of it may be garbage for
// a reader; crash_trace() (os/crash_trace.hpp) makes a text of it.
struct CrashRecord {
  static constexpr std::uint32_t most_frames = 40;
  std::atomic<std::uint32_t> signal;  // 0: nothing was written. Stored before the addresses in `frames`
  std::atomic<std::uint32_t> count;   // number of `frames`
  std::uint32_t noted;                // so many of them lie inside of note_throws_of(); 0: unknown
  std::uint32_t is_cut;               // the stack has more frames
  std::uint32_t in_another_thread;    // not in the thread that the process began with
  std::uint32_t has_address;
  std::uint64_t address;  // the one that could not be accessed
  std::uint64_t stack_pointer;
  // Addresses of code, the innermost first, each inside of its instruction.
  std::array<std::uint64_t, most_frames> frames;
};

}  // namespace multiprocessing::detail
