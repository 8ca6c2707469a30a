// SPDX-License-Identifier: MIT
#include "os/throw_trace.hpp"

#include "os/stack_lines.hpp"
#include "os/symbol.hpp"

#include <unwind.h>

#include <array>
#include <cstddef>
#include <map>

namespace multiprocessing::detail {
namespace {

struct Trace {
  std::array<const void*, 32> frames;
  std::size_t count;
  _Unwind_Ptr end;  // the return address in the frame that notes
};
thread_local Trace last{};

_Unwind_Reason_Code note_frame(_Unwind_Context* context, void*) {
  const _Unwind_Ptr address = _Unwind_GetIP(context);
  if (address == last.end || last.count == last.frames.size()) return _URC_END_OF_STACK;
  last.frames[last.count++] = reinterpret_cast<const void*>(address - 1);  // inside of the call, not behind it
  return _URC_NO_REASON;
}

// Keeps the names: looking one up takes long, and a loop may throw from the same address again and again.
const std::string& name_of(const void* address) {
  constexpr std::size_t most = 1000;
  thread_local std::map<const void*, std::string> names;
  if (names.size() == most) names.clear();
  std::string& name = names[address];
  if (name.empty()) name = symbol_at(address);
  return name;
}

// True for the functions that lead from a throw to the search for a handler.
bool is_throwing(const std::string& name) {
  return name.find("__cxa_throw") != std::string::npos || name.find("__cxa_rethrow") != std::string::npos ||
         name.rfind("std::rethrow_exception", 0) == 0;
}

}  // namespace

// The unwinder asks each frame twice. The first time, while it looks for a handler, the stack is still whole.
extern "C" [[gnu::used]] _Unwind_Reason_Code multiprocessing_note_throw(int, _Unwind_Action actions,
                                                                        _Unwind_Exception_Class, _Unwind_Exception*,
                                                                        _Unwind_Context* context) {
  if ((actions & _UA_SEARCH_PHASE) != 0) {
    last.count = 0;
    last.end = _Unwind_GetIP(context);
    _Unwind_Backtrace(&note_frame, nullptr);
  }
  return _URC_CONTINUE_UNWIND;
}

// multiprocessing_call_noting(action, data): in assembly, because C++ cannot give a frame a personality function of its
// own.
#if defined(__x86_64__) || defined(__aarch64__)
extern "C" void multiprocessing_call_noting(void (*action)(void*), void* data);
asm(R"(
  .pushsection .data.rel.local, "aw"
  .balign 8
.Lmultiprocessing_personality:
  .quad multiprocessing_note_throw
  .popsection
  .pushsection .text, "ax"
  .globl multiprocessing_call_noting
  .hidden multiprocessing_call_noting
  .type multiprocessing_call_noting, %function
multiprocessing_call_noting:
  .cfi_startproc
  .cfi_personality 0x9b, .Lmultiprocessing_personality
)"
#if defined(__x86_64__)
    R"(
  endbr64
  pushq %rbp
  .cfi_def_cfa_offset 16
  .cfi_offset %rbp, -16
  movq %rsp, %rbp
  .cfi_def_cfa_register %rbp
  movq %rdi, %rax
  movq %rsi, %rdi
  call *%rax
  popq %rbp
  .cfi_def_cfa %rsp, 8
  ret
)"
#else
    R"(
  stp x29, x30, [sp, #-16]!
  .cfi_def_cfa_offset 16
  .cfi_offset x29, -16
  .cfi_offset x30, -8
  mov x29, sp
  mov x2, x0
  mov x0, x1
  blr x2
  ldp x29, x30, [sp], #16
  .cfi_restore x29
  .cfi_restore x30
  .cfi_def_cfa_offset 0
  ret
)"
#endif
    R"(
  .cfi_endproc
  .size multiprocessing_call_noting, .-multiprocessing_call_noting
  .popsection
)");
#else
static void multiprocessing_call_noting(void (*action)(void*), void* data) { action(data); }
#endif

void note_throws_of(void (*action)(void*), void* data) {
  last.count = 0;
  multiprocessing_call_noting(action, data);
}

const void* frame_that_notes_throws() noexcept { return reinterpret_cast<const void*>(&multiprocessing_call_noting); }

std::string last_throw() {
  StackLines lines;
  for (std::size_t index = 0; index != last.count; ++index) {
    const std::string& name = name_of(last.frames[index]);
    if (is_throwing(name)) {
      lines.clear();
    } else {
      lines.add(name);
    }
  }
  return lines.text("thrown in ");
}

}  // namespace multiprocessing::detail
