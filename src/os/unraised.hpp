// SPDX-License-Identifier: MIT
#pragma once

#include <signal.h>
#include <time.h>

#include <cerrno>

namespace multiprocessing::detail {

// Blocks the signals that a write() or ftruncate() of this thread raises in addition to its error, and removes them.
class Unraised {
 public:
  Unraised() noexcept {
    ::sigemptyset(&raised_);
    ::sigaddset(&raised_, SIGXFSZ);
    ::sigaddset(&raised_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &raised_, &before_);
    sigset_t pending;
    ::sigpending(&pending);
    for (const int signal : {SIGXFSZ, SIGPIPE}) {
      if (::sigismember(&pending, signal) == 1) ::sigdelset(&raised_, signal);  // not raised by us
    }
  }
  Unraised(const Unraised&) = delete;
  Unraised& operator=(const Unraised&) = delete;
  ~Unraised() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  void take_back() const noexcept {
    const timespec at_once{};
    while (::sigtimedwait(&raised_, nullptr, &at_once) < 0 && errno == EINTR) {
    }
  }

 private:
  sigset_t raised_;
  sigset_t before_;
};

}  // namespace multiprocessing::detail
