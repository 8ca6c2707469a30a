// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

namespace multiprocessing::detail {

// What a helper process gives up of the program that forked it, so that nobody waits for what it would only hold: its
// session (and with it the terminal and the signals of its group), its directory, every descriptor but these, and all
// memory that it shares but this. Allocates nothing, takes no lock.
void seclude(std::span<const int> kept_fds, const std::byte* kept_memory) noexcept;

}  // namespace multiprocessing::detail
