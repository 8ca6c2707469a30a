// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

namespace multiprocessing::detail {

// Makes a helper process give up what it has of the program that forked it, so that nobody waits for things that the
// helper only holds: its session (and so the terminal and the signals of its group), its directory, every descriptor
// but these, and all shared memory but this. Allocates nothing, takes no lock.
void seclude(std::span<const int> kept_fds, const std::byte* kept_memory) noexcept;

}  // namespace multiprocessing::detail
