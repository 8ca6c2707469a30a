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

// How a process sends itself a signal: who called that is the news.
bool is_raising(const std::string& name) {
  return name == "abort" || name == "raise" || name == "gsignal" || name == "pthread_kill" || name == "kill" ||
         name.rfind("__assert_", 0) == 0;
}
// What lies between a throw that nobody caught, or may catch, and the end.
bool is_terminating(const std::string& name) {
  return name == "std::terminate()" || has(name, "libstdc++.so") || has(name, "libgcc_s.so") ||
         has(name, "__verbose_terminate_handler") || name.rfind("_Unwind_", 0) == 0 || name.rfind("__cxa_", 0) == 0 ||
         name.rfind("__gxx_personality", 0) == 0;
}

// A stack overflows where it is written to, which is where its end is.
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

std::string crash_trace(const CrashRecord& record, int signal) {
  if (std::find(crash_signals.begin(), crash_signals.end(), signal) == crash_signals.end()) return {};
  if (record.signal.load(std::memory_order_acquire) != static_cast<std::uint32_t>(signal)) return {};
  const bool has_address = record.has_address != 0;
  const std::uint64_t address = record.address;
  const std::uint32_t known = std::min(record.count.load(std::memory_order_acquire), CrashRecord::most_places);
  const bool is_whole = record.noted != 0 && record.noted <= known;
  const std::uint32_t count = is_whole ? record.noted : known;

  StackLines lines;
  bool terminated = false;
  for (std::uint32_t index = 0; index != count; ++index) {
    const std::uint64_t place = record.places[index];
    const bool is_no_code = index == 0 && has_address && place == address;
    const std::string name =
        is_no_code ? "no code" : symbol_at(reinterpret_cast<const void*>(static_cast<std::uintptr_t>(place)));
    if (!has_address && is_raising(name)) {
      lines.clear();
    } else if (signal == SIGABRT && is_terminating(name)) {
      terminated = true;
    } else {
      lines.add(name);
    }
  }

  std::string how = record.in_another_thread != 0 ? "crashed in another thread" : "crashed";
  if (terminated) how += " by std::terminate";
  if (has_address) {
    how += is_overflow(address, record.stack_pointer) ? " by a stack overflow" : " at address " + hexadecimal(address);
  }
  const std::string text = lines.text(how + (how == "crashed" ? " in " : ", in "));
  if (text.empty()) return how;
  return is_whole || record.is_cut == 0 ? text : text + "\n  and further callers";
}

}  // namespace multiprocessing::detail
