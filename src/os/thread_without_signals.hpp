// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

namespace multiprocessing::detail {

// A detached thread that takes no signals: the program's handlers run in the program's own threads.
// Throws std::system_error if the system refuses one.
void start_thread_without_signals(std::function<void()> body);

}  // namespace multiprocessing::detail
