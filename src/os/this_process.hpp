// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <optional>

namespace multiprocessing::detail {

// Functions by which a process acts on itself, its parent and its children. All may be called between a fork and the
// end of the child's first acts: they allocate no memory, take no lock and throw nothing.

pid_t this_process() noexcept;
pid_t fork_process() noexcept;                            // 0 in the child; -1 if refused: see last_error()
int last_error() noexcept;                                // errno
[[noreturn]] void leave_process(int exit_code) noexcept;  // no handlers, no flush

// Has this process killed when its parent ends, at once if it is no longer a child of `parent`. The kernel means the
// thread that forked: so only for a parent with one thread. A change of credentials clears the request.
void die_with_parent(pid_t parent) noexcept;

// Makes processes that are orphaned below this one its children, instead of those of init.
void adopt_orphans() noexcept;

// Sets the name that ps shows: `prefix`, cut to 15 characters, then `number` if it is not negative.
void name_process(const char* prefix, int number = -1) noexcept;

bool send_signal(pid_t pid, int signal) noexcept;  // false if it is refused
bool is_in_own_session(pid_t pid) noexcept;

struct EndedChild {
  pid_t pid;
  int status;
};

// Reaps any child that has ended: only for a process whose children are all ours. Never blocks.
std::optional<EndedChild> reap_any_child() noexcept;

// Sends SIGKILL to a child, and reaps it. Blocks until it has ended; at most 2 s if it may not be killed. Does nothing
// if somebody else has reaped it.
void kill_child(pid_t pid) noexcept;

}  // namespace multiprocessing::detail
