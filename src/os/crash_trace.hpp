// SPDX-License-Identifier: MIT
#pragma once

#include "os/crash_record.hpp"

#include <string>

namespace multiprocessing::detail {

// A copy of a record that outlived its process.
struct Crash {
  int signal = 0;  // 0: the process did not crash, or left no record
  bool is_whole = false;
  bool is_cut = false;
  bool in_another_thread = false;
  bool has_address = false;
  std::uint64_t address = 0;
  std::uint64_t stack_pointer = 0;
  std::uint32_t count = 0;
  std::array<std::uint64_t, CrashRecord::most_frames> frames{};
};
// The signal of the crash that was noted, even if another one ended the process; 0 if none was.
int noted_signal(const CrashRecord& record) noexcept;
// Of a process that has ended by this signal.
Crash crash_of(const CrashRecord& record, int signal) noexcept;

// Where the process crashed: a line for each caller, the innermost first, up to the library itself: "crashed at address
// 0x10, in f(int)\n  called by g()". Empty if it did not crash. Names are those of this process, so the record must be
// of one forked from it, or have been translated (WorkerStarter::to_our_addresses). The words of the record may be
// garbage: they are compared with the addresses of the modules, never followed. Waits for the loader's lock: do not
// call it under a lock of ours.
std::string crash_trace(const Crash& crash);

}  // namespace multiprocessing::detail
