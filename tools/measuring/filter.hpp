// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace measuring {

// Runs a program, looked up in PATH, that reads `input`, and returns what it writes. Throws std::runtime_error with the
// last line of its complaints if it cannot be run, fails, or takes longer than `limit`.
std::string run_filter(const std::vector<std::string>& command, const std::string& input, std::chrono::seconds limit);

}  // namespace measuring
