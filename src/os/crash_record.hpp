// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace multiprocessing::detail {

// Where a process crashed, in memory that outlives it. Written once, by its crash handler (os/crash_handler.hpp), a
// place at a time: what the handler came to before it crashed itself counts. For a reader all of it may be garbage;
// crash_trace() (os/crash_trace.hpp) makes a text of it.
struct CrashRecord {
  static constexpr std::uint32_t most_places = 40;
  std::atomic<std::uint32_t> signal;  // 0: nothing was written. Stored before the places
  std::atomic<std::uint32_t> count;   // of places
  std::uint32_t noted;                // so many places lie inside of note_throws_of(); 0: unknown
  std::uint32_t is_cut;               // the stack went on
  std::uint32_t in_another_thread;    // than the one that the process began with
  std::uint32_t has_address;
  std::uint64_t address;  // which could not be accessed
  std::uint64_t stack_pointer;
  std::array<std::uint64_t, most_places> places;  // the innermost first, each inside of its instruction
};

}  // namespace multiprocessing::detail
