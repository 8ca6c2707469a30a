// SPDX-License-Identifier: MIT
#include "os/crash_trace.hpp"

#include "os/crash_handler.hpp"
#include "os/stack_lines.hpp"
#include "os/symbol.hpp"

#include <algorithm>
#include <cstdio>

namespace multiprocessing::detail {
namespace {

bool has(const std::string& name, const char* part) { return name.find(part) != std::string::npos; }

// Functions by which a process sends itself a signal: their caller is what matters.
bool is_raising(const std::string& name) {
  return name == "abort" || name == "raise" || name == "gsignal" || name == "pthread_kill" || name == "kill" ||
         name.rfind("__assert_", 0) == 0;
}
// Functions between a throw that nobody caught, or may catch, and the end.
bool is_terminating(const std::string& name) {
  return name == "std::terminate()" || has(name, "libstdc++.so") || has(name, "libgcc_s.so") ||
         has(name, "__verbose_terminate_handler") || name.rfind("_Unwind_", 0) == 0 || name.rfind("__cxa_", 0) == 0 ||
         name.rfind("__gxx_personality", 0) == 0;
}

// A stack overflow accesses an address near the stack pointer.
bool is_overflow(std::uint64_t address, std::uint64_t stack_pointer) {
  constexpr std::uint64_t near = std::uint64_t{64} << 10;
  return stack_pointer != 0 && address - stack_pointer + near < 2 * near;
}

std::string hexadecimal(std::uint64_t number) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(number));
  return text;
}

}  // namespace

int noted_signal(const CrashRecord& record) noexcept {
  const std::uint32_t noted = record.signal.load(std::memory_order_acquire);
  const auto is_noted = [&](int signal) { return noted == static_cast<std::uint32_t>(signal); };
  const auto found = std::find_if(crash_signals.begin(), crash_signals.end(), is_noted);
  return found == crash_signals.end() ? 0 : *found;
}

Crash crash_of(const CrashRecord& record, int signal) noexcept {
  Crash crash;
  if (signal == 0 || noted_signal(record) != signal) return crash;
  crash.signal = signal;
  crash.is_cut = record.is_cut != 0;
  crash.in_another_thread = record.in_another_thread != 0;
  crash.has_address = record.has_address != 0;
  crash.address = record.address;
  crash.stack_pointer = record.stack_pointer;
  crash.count = std::min(record.count.load(std::memory_order_acquire), CrashRecord::most_frames);
  const std::uint32_t noted = record.noted;
  crash.is_whole = noted != 0 && noted <= crash.count;
  if (crash.is_whole) crash.count = noted;
  crash.frames = record.frames;
  return crash;
}

std::string crash_trace(const Crash& crash) {
  if (crash.signal == 0) return {};
  StackLines lines;
  bool terminated = false;
  for (std::uint32_t index = 0; index != crash.count; ++index) {
    const std::uint64_t address = crash.frames[index];
    const bool is_no_code = index == 0 && crash.has_address && address == crash.address;
    const std::string name =
        is_no_code ? "no code" : symbol_at(reinterpret_cast<const void*>(static_cast<std::uintptr_t>(address)));
    if (!crash.has_address && is_raising(name)) {
      lines.clear();
    } else if (crash.signal == SIGABRT && is_terminating(name)) {
      terminated = true;
    } else {
      lines.add(name);
    }
  }

  std::string how = crash.in_another_thread ? "crashed in another thread" : "crashed";
  if (terminated) how += " by std::terminate";
  if (crash.has_address) {
    how += is_overflow(crash.address, crash.stack_pointer) ? " by a stack overflow"
                                                           : " at address " + hexadecimal(crash.address);
  }
  const std::string text = lines.text(how + (how == "crashed" ? " in " : ", in "));
  if (text.empty()) return how;
  return crash.is_whole || !crash.is_cut ? text : text + "\n  and further callers";
}

}  // namespace multiprocessing::detail
