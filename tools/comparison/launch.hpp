// SPDX-License-Identifier: MIT
#pragma once

#include "results.hpp"

#include <chrono>

namespace compare {

// Executes this program anew for the section, waits for it, and returns what it has measured; a failure is in the
// result. One that takes longer than `limit` is killed.
Launch launch(const Section& section, const Scale& scale, std::chrono::seconds limit);

// What such a process does: measures, and writes the result to the descriptor. Returns its exit code.
int be_launched(const Section& section, const Scale& scale, int result_fd);

}  // namespace compare
