// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

namespace multiprocessing::detail {

// Where somebody else has reaped the process, so that how it ended is not known.
constexpr int unknown_wait_status = -1;
// As waitpid would have said it: from an exit code, or -N for signal N.
constexpr int wait_status_of(int exitcode) { return exitcode < 0 ? -exitcode : exitcode << 8; }

// What waitpid said of a process that has ended: one of the two has a value, unless it is unknown.
std::optional<int> ending_signal(int wait_status);
std::optional<int> exit_code(int wait_status);
std::string signal_text(int signal);                // "Killed"
std::string describe_wait_status(int wait_status);  // "signal 9 (Killed)", "exit code 3"

}  // namespace multiprocessing::detail
