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
  return own_fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)),
                "cannot open a pidfd by pidfd_open (Linux has it since 5.3, valgrind since 3.24)");
}

bool signal_pidfd(int pidfd, int signal) noexcept {
  return ::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0) == 0;
}

ChildState reap_pidfd(int pidfd) noexcept {
  siginfo_t ended{};
  while (::waitid(static_cast<idtype_t>(by_pidfd), static_cast<id_t>(pidfd), &ended, WEXITED | WNOHANG) < 0) {
    if (errno != EINTR) return {.has_ended = true, .exitcode = std::nullopt};
  }
  if (ended.si_pid == 0) return {.has_ended = false, .exitcode = std::nullopt};
  return {.has_ended = true, .exitcode = ended.si_code == CLD_EXITED ? ended.si_status : -ended.si_status};
}

}  // namespace multiprocessing::detail
