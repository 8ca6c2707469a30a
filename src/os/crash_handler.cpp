// SPDX-License-Identifier: MIT
#include "os/crash_handler.hpp"

#include "os/output.hpp"
#include "os/throw_trace.hpp"

#include <sys/syscall.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include <algorithm>
#include <cstddef>

namespace multiprocessing::detail {
namespace {

enum class Stage { none, noting, flushing };
constexpr time_t seconds_for_a_stage = 1;
constexpr time_t seconds_for_all = 3;  // longer than the stages, for a thread that waits for their end

// The state of the handler. The process may be in any state when it runs: garbage here must not keep it from ending.
struct {
  CrashRecord* record;
  pid_t process;
  std::atomic<pid_t> crashed_thread;
  std::atomic<int> signal;
  std::atomic<Stage> stage;
} crash;

// The stack for the thread that runs the items. The kernel puts up to 11 KiB of registers on it.
alignas(64) std::byte stack_for_handler[std::size_t{64} << 10];

pid_t this_thread() { return static_cast<pid_t>(::syscall(SYS_gettid)); }

void set_handler(int signal, void (*handler)(int, siginfo_t*, void*)) {
  struct sigaction action {};
  action.sa_sigaction = handler;
  // Not SA_RESETHAND: if another thread crashed now, it would end the process while this one writes the record.
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  ::sigaction(signal, &action, nullptr);
}

void unblock(int signal) {
  sigset_t one;
  ::sigemptyset(&one);
  ::sigaddset(&one, signal);
  ::pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
}

[[noreturn]] void end_by(int signal) {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  ::sigaction(signal, &action, nullptr);
  unblock(signal);
  ::syscall(SYS_tgkill, ::getpid(), this_thread(), signal);
  ::_exit(128 + signal);  // the kernel ignores signals that the first process of a namespace sends itself
}

struct Registers {
  std::uint64_t instruction = 0;
  std::uint64_t stack_pointer = 0;
};

#if defined(__x86_64__)
Registers registers_of(const ucontext_t& context) {
  return {static_cast<std::uint64_t>(context.uc_mcontext.gregs[REG_RIP]),
          static_cast<std::uint64_t>(context.uc_mcontext.gregs[REG_RSP])};
}
// Undoes the call that has just been made: its return address is the last word of the stack.
__attribute__((no_sanitize("address"), no_sanitize("undefined"))) void undo_call(ucontext_t& context) {
  auto& registers = context.uc_mcontext.gregs;
  registers[REG_RIP] = *reinterpret_cast<const greg_t*>(registers[REG_RSP]) - 1;
  registers[REG_RSP] += 8;
}
#elif defined(__aarch64__)
Registers registers_of(const ucontext_t& context) { return {context.uc_mcontext.pc, context.uc_mcontext.sp}; }
void undo_call(ucontext_t& context) { context.uc_mcontext.pc = context.uc_mcontext.regs[30] - 1; }
#else
Registers registers_of(const ucontext_t&) { return {}; }
void undo_call(ucontext_t&) {}
#endif

bool add(CrashRecord& record, std::uint64_t address) {
  const std::uint32_t count = record.count.load(std::memory_order_relaxed);
  if (count == CrashRecord::most_frames) {
    record.is_cut = 1;
    return false;
  }
  record.frames[count] = address;
  record.count.store(count + 1, std::memory_order_release);
  return true;
}

struct Walk {
  CrashRecord& record;
  bool is_inside_handler = true;
  int frames = 0;
};

_Unwind_Reason_Code note_frame(_Unwind_Context* context, void* data) {
  Walk& walk = *static_cast<Walk*>(data);
  int was_interrupted = 0;
  const _Unwind_Ptr address = _Unwind_GetIPInfo(context, &was_interrupted);
  if (was_interrupted != 0) walk.is_inside_handler = false;
  if (address == 0 && was_interrupted == 0) return _URC_END_OF_STACK;  // a thread's first function has no caller
  if (walk.is_inside_handler) return ++walk.frames < 20 ? _URC_NO_REASON : _URC_END_OF_STACK;
  // A task's own pool may have called through another such frame: the outermost counts.
  if (_Unwind_GetRegionStart(context) == reinterpret_cast<_Unwind_Ptr>(frame_that_notes_throws())) {
    walk.record.noted = walk.record.count.load(std::memory_order_relaxed);
  }
  // A return address is behind the call: the address before it lies in the call.
  return add(walk.record, was_interrupted != 0 ? address : address - 1) ? _URC_NO_REASON : _URC_END_OF_STACK;
}

void note(int signal, const siginfo_t& info, ucontext_t& context) {
  CrashRecord& record = *crash.record;
  const Registers registers = registers_of(context);
  // SI_KERNEL: the processor refused an access without saying to which address.
  const bool has_address = (signal == SIGSEGV || signal == SIGBUS) && info.si_code > 0 && info.si_code != SI_KERNEL;
  record.in_another_thread = this_thread() != crash.process ? 1 : 0;
  record.has_address = has_address ? 1 : 0;
  record.address = has_address ? reinterpret_cast<std::uintptr_t>(info.si_addr) : 0;
  record.stack_pointer = registers.stack_pointer;
  // Release: the fields above are written before it. Pairs with the acquire in crash_trace().
  record.signal.store(static_cast<std::uint32_t>(signal), std::memory_order_release);
  Walk walk{record};
  // The program called an address that is no code, about which the unwinder knows nothing.
  if (has_address && record.address == registers.instruction) {
    add(record, registers.instruction);
    undo_call(context);
  }
  _Unwind_Backtrace(&note_frame, &walk);
}

void on_hang(int, siginfo_t*, void*);

// Against deadlocks and full pipes: the unwinder may wait for a lock, the output for a reader.
void limit_time() {
  set_handler(SIGALRM, on_hang);
  unblock(SIGALRM);
  itimerval once{};
  once.it_value.tv_sec = seconds_for_a_stage;
  ::setitimer(ITIMER_REAL, &once, nullptr);
}

[[noreturn]] void finish(int signal) {
  if (crash.stage.exchange(Stage::flushing) != Stage::flushing) {
    limit_time();
    flush_own_output();
  }
  const int first = crash.signal;
  end_by(std::find(crash_signals.begin(), crash_signals.end(), first) != crash_signals.end() ? first : signal);
}

void on_hang(int, siginfo_t*, void*) { finish(SIGKILL); }

void on_crash(int signal, siginfo_t* info, void* context) {
  if (::getpid() != crash.process) end_by(signal);
  pid_t crashed = 0;
  const pid_t self = this_thread();
  if (crash.crashed_thread.compare_exchange_strong(crashed, self)) {
    crash.signal = signal;
    crash.stage = Stage::noting;
    limit_time();
    note(signal, *info, *static_cast<ucontext_t*>(context));
  } else if (crashed != self) {
    // The thread that crashed first ends the process.
    const timespec wait{seconds_for_all, 0};
    ::nanosleep(&wait, nullptr);
    end_by(signal);
  }
  // Also comes here if this handler itself has crashed: then finish() begins the next stage.
  finish(signal);
}

}  // namespace

void record_crashes_in(CrashRecord& record) noexcept {
  crash.record = &record;
  crash.process = ::getpid();
  // A worker that makes a pool passes a copy of its own state on to the pool's workers.
  crash.crashed_thread = 0;
  crash.stage = Stage::none;
  stack_t stack{};
  stack.ss_sp = stack_for_handler;
  stack.ss_size = sizeof stack_for_handler;
  ::sigaltstack(&stack, nullptr);
  for (const int signal : crash_signals) {
    struct sigaction before {};
    ::sigaction(signal, nullptr, &before);
    if (before.sa_handler != SIG_IGN) set_handler(signal, on_crash);
  }
}

}  // namespace multiprocessing::detail
