// SPDX-License-Identifier: MIT
#pragma once

#include "os/unique_fd.hpp"

#include <signal.h>

namespace multiprocessing::detail {

using SignalMask = sigset_t;

// Blocks every signal in this thread for its lifetime: no handler of the program runs in a process that is not ready.
class SignalsBlocked {
 public:
  SignalsBlocked() noexcept;
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked();

  const SignalMask& before() const noexcept { return before_; }

 private:
  SignalMask before_;
};

// Signals that the program catches get their default action, as after exec; those that it ignores stay ignored.
void drop_signal_handlers() noexcept;

// This thread of a child blocks from now on what the program blocked, except SIGTERM: that must also end the child of a
// program that blocks it, to take it from a signalfd or by sigwait().
void set_signal_mask_of_child(const SignalMask& mask_of_program) noexcept;

// Readable when a child of the process that polls it has ended, or when it was continued after a stop; while both
// signals are blocked. Throws std::system_error.
UniqueFd open_server_signals();
// What came since the last call.
struct ServerSignals {
  bool was_of_child = false;  // SIGCHLD, which a child may also send
  bool was_continued = false;
};
ServerSignals drain_server_signals(int fd) noexcept;

// The signals of a fork server: nothing of the program's runs, nothing ends it but SIGKILL, it stops with its group,
// and its children can be waited for. What the program ignores stays ignored, for the workers' sake; except SIGCHLD.
void set_server_signals() noexcept;

// The signals of a worker, after set_server_signals(): the mask of a child, and a SIGINT that does nothing here but is
// not ignored by programs that the worker starts.
void set_worker_signals(const SignalMask& mask_of_program) noexcept;

}  // namespace multiprocessing::detail
