// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

namespace multiprocessing::detail {

// For a process that somebody else has reaped, so that nobody knows how it ended.
constexpr int unknown_wait_status = -1;
// The wait status that waitpid would have returned for an exit code, or -N for signal N.
constexpr int wait_status_of(int exitcode) { return exitcode < 0 ? -exitcode : exitcode << 8; }

// The parts of a wait status: one of the two has a value, unless the status is unknown.
std::optional<int> ending_signal(int wait_status);
std::optional<int> exit_code(int wait_status);
std::string signal_text(int signal);                // "Killed"
std::string describe_wait_status(int wait_status);  // "signal 9 (Killed)", "exit code 3"

}  // namespace multiprocessing::detail
