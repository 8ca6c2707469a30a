// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace multiprocessing::tests {

// The children of a process, zombies included, in the order of their pids.
std::vector<pid_t> children_of(pid_t parent);

// False for a zombie, too: it only waits to be reaped.
bool is_alive(pid_t pid);

// Waits until the process, a child or not, has ended; false if it still runs after `limit`.
bool ends_within(pid_t pid, std::chrono::milliseconds limit);

// "1234 (name, R)", with the letter that /proc shows as its state; "1234 (gone)".
std::string describe_process(pid_t pid);

// The path of a file that lies beside this program, wherever that was built or copied to.
std::string beside_this_program(const std::string& file);

}  // namespace multiprocessing::tests
