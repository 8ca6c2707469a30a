// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

namespace multiprocessing::detail {

// What waitpid said of a process that has ended: exactly one of the two has a value.
std::optional<int> ending_signal(int wait_status);
std::optional<int> exit_code(int wait_status);
std::string signal_text(int signal);  // "Killed"

}  // namespace multiprocessing::detail
