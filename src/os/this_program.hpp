// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <span>
#include <string>
#include <vector>

namespace multiprocessing::detail {

// Starts the program of this process once more, as a child: with these arguments (the first one is its name), this
// process's environment, directory and standard streams, the signals that this thread blocks, and of the descriptors
// that are close-on-exec only these, under the same numbers. The child is executed without a copy of this process's
// memory. Throws std::system_error.
pid_t start_this_program(const std::vector<std::string>& arguments, std::span<const int> fds);

// True for a process with more rights than who started it, as of a set-user-ID program: it obeys no orders of theirs.
bool has_gained_rights() noexcept;

// In that child: a program that it executes does not get the descriptor. False if it is none.
bool set_close_on_exec(int fd) noexcept;

}  // namespace multiprocessing::detail
