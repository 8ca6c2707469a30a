// SPDX-License-Identifier: MIT
#include "os/this_process.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace multiprocessing::detail {

pid_t this_process() noexcept { return ::getpid(); }

pid_t fork_process() noexcept { return ::fork(); }

int last_error() noexcept { return errno; }

void leave_process(int exit_code) noexcept { ::_exit(exit_code); }

void die_with_parent(pid_t parent) noexcept {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // If the parent ended before that call, no signal comes.
  if (::getppid() != parent) ::raise(SIGKILL);
}

void adopt_orphans() noexcept { ::prctl(PR_SET_CHILD_SUBREAPER, 1L); }

void name_process(const char* prefix, int number) noexcept {
  std::array<char, 32> name{};
  std::strncpy(name.data(), prefix, 15);
  char* end = name.data() + std::strlen(name.data());
  if (number >= 0) std::to_chars(end, name.data() + name.size() - 1, number);
  ::prctl(PR_SET_NAME, name.data());
}

bool send_signal(pid_t pid, int signal) noexcept { return ::kill(pid, signal) == 0; }

bool is_in_own_session(pid_t pid) noexcept { return ::getsid(pid) == ::getsid(0); }

std::optional<EndedChild> reap_any_child() noexcept {
  EndedChild child{};
  child.pid = ::waitpid(-1, &child.status, WNOHANG);
  if (child.pid <= 0) return std::nullopt;
  return child;
}

void kill_child(pid_t pid) noexcept {
  if (::waitpid(pid, nullptr, WNOHANG) != 0) return;
  // A child that we may not kill may still end by itself.
  const bool is_refused = ::kill(pid, SIGKILL) != 0 && errno == EPERM;
  for (int naps = 0; is_refused && naps != 200; ++naps) {
    if (::waitpid(pid, nullptr, WNOHANG) != 0) return;
    ::usleep(10'000);
  }
  while (!is_refused && ::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace multiprocessing::detail
