// SPDX-License-Identifier: MIT
#include "os/pidfd.hpp"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>

// glibc before 2.36 knows neither the calls nor the number.
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

namespace multiprocessing::detail {
namespace {

constexpr int by_pidfd = 3;  // P_PIDFD

}  // namespace

UniqueFd open_pidfd(pid_t pid) {
  return own_fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)), "cannot open a pidfd (Linux 5.3 has it)");
}

void signal_pidfd(int pidfd, int signal) noexcept { ::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0); }

void reap_pidfd(int pidfd) noexcept {
  siginfo_t ended{};
  while (::waitid(static_cast<idtype_t>(by_pidfd), static_cast<id_t>(pidfd), &ended, WEXITED | WNOHANG) < 0 &&
         errno == EINTR) {
  }
}

}  // namespace multiprocessing::detail
