// SPDX-License-Identifier: MIT
#pragma once

#include <span>

namespace multiprocessing::detail {

// What a helper process gives up of the program that forked it, so that nobody waits for what it would only hold: its
// session (and with it the terminal and the signals of its group), its directory, and every descriptor but these.
// Allocates nothing, takes no lock.
void seclude(std::span<const int> kept_fds) noexcept;

}  // namespace multiprocessing::detail
