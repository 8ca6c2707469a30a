// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

namespace multiprocessing::detail {

// Starts a detached thread that blocks all signals, so that the program's handlers run in the program's own threads.
// Throws std::system_error if the system refuses a thread.
void start_thread_without_signals(std::function<void()> body);

}  // namespace multiprocessing::detail
