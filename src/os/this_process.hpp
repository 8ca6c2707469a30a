// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <optional>

namespace multiprocessing::detail {

// What a process does to itself, its parent and its children. All of it may be called between a fork and the end of the
// child's first acts: no memory is allocated, no lock is taken. Nothing throws.

pid_t this_process() noexcept;
pid_t fork_process() noexcept;                            // 0 in the child; -1 if refused: see last_error()
int last_error() noexcept;                                // errno
[[noreturn]] void leave_process(int exit_code) noexcept;  // no handlers, no flush

// This process is killed when its parent ends, at once if it is no longer a child of `parent`. The kernel means the
// thread that forked: only for a parent with one thread. A change of credentials clears it.
void die_with_parent(pid_t parent) noexcept;

// Processes orphaned below this one become its children, not those of init.
void adopt_orphans() noexcept;

// As ps shows it: `prefix`, cut to 15 characters, then `number` where it is not negative.
void name_process(const char* prefix, int number = -1) noexcept;

bool send_signal(pid_t pid, int signal) noexcept;  // false if it is refused
bool is_in_own_session(pid_t pid) noexcept;

struct EndedChild {
  pid_t pid;
  int status;
};

// Reaps a child that has ended, any of them: only for a process whose children are all ours. Never blocks.
std::optional<EndedChild> reap_any_child() noexcept;

// SIGKILL to a child, and reaps it. Blocks until it has ended, 2 s at most if it may not be killed. Nothing happens to
// one that somebody else has reaped.
void kill_child(pid_t pid) noexcept;

}  // namespace multiprocessing::detail
