// SPDX-License-Identifier: MIT
#include "os/signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

namespace multiprocessing::detail {
namespace {

void set_disposition(int signal, void (*handler)(int)) noexcept {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigaction(signal, &action, nullptr);
}

void (*disposition(int signal) noexcept)(int) {
  struct sigaction action {};
  ::sigaction(signal, nullptr, &action);
  return action.sa_handler;
}

}  // namespace

SignalsBlocked::SignalsBlocked() noexcept {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before_);
}

SignalsBlocked::~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

void drop_signal_handlers() noexcept {
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    if (disposition(signal) != SIG_IGN) set_disposition(signal, SIG_DFL);
  }
}

void set_signal_mask_of_child(const SignalMask& mask_of_program) noexcept {
  sigset_t mask = mask_of_program;
  ::sigdelset(&mask, SIGTERM);
  ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
}

UniqueFd open_server_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGCHLD);
  ::sigaddset(&signals, SIGCONT);
  return own_fd(::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC), "cannot make a signalfd");
}

ServerSignals drain_server_signals(int fd) noexcept {
  ServerSignals came;
  signalfd_siginfo signal;
  while (::read(fd, &signal, sizeof signal) > 0) {
    (signal.ssi_signo == SIGCONT ? came.was_continued : came.was_of_child) = true;
  }
  return came;
}

void set_server_signals() noexcept {
  drop_signal_handlers();
  // Also if it is not SIG_IGN: with SA_NOCLDWAIT alone the kernel would reap the children that the server waits for.
  set_disposition(SIGCHLD, SIG_DFL);
  sigset_t blocked;
  ::sigfillset(&blocked);
  // A blocked SIGCONT continues the process all the same, and stays pending, so that it is noticed.
  for (const int stops : {SIGTSTP, SIGTTIN, SIGTTOU}) ::sigdelset(&blocked, stops);
  ::pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
}

void set_worker_signals(const SignalMask& mask_of_program) noexcept {
  if (disposition(SIGINT) != SIG_IGN) set_disposition(SIGINT, [](int) {});
  set_signal_mask_of_child(mask_of_program);
}

}  // namespace multiprocessing::detail
