// SPDX-License-Identifier: MIT
#pragma once

#include "os/unique_fd.hpp"

#include <signal.h>

namespace multiprocessing::detail {

using SignalMask = sigset_t;

// Blocks every signal in this thread as long as it lives: no handler of the program runs in a process that is not
// ready.
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

// Makes this thread of a child block what the program blocked, except SIGTERM: it must end the child even if the
// program blocks it, to take it from a signalfd or by sigwait().
void set_signal_mask_of_child(const SignalMask& mask_of_program) noexcept;

// A descriptor that is readable when a child of the process that polls it has ended, or when that process was continued
// after a stop; while both signals are blocked. Throws std::system_error.
UniqueFd open_server_signals();
// The signals that came since the last call.
struct ServerSignals {
  bool was_of_child = false;  // SIGCHLD, which a child may also send itself
  bool was_continued = false;
};
ServerSignals drain_server_signals(int fd) noexcept;

// Sets the signals of a fork server: no handler of the program runs, only SIGKILL ends it, it stops with its group, and
// its children can be waited for. Signals that the program ignores stay ignored, for the workers; except SIGCHLD.
void set_server_signals() noexcept;

// Sets the signals of a worker, after set_server_signals(): the mask of a child; SIGINT does nothing in the worker, but
// programs that the worker starts do not ignore it.
void set_worker_signals(const SignalMask& mask_of_program) noexcept;

}  // namespace multiprocessing::detail
