// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>

namespace measuring {

// What main does: returns what `body` does, once standard output is written. An exception is a line on standard error
// that begins with the program's name, and an exit code: 2 for a UsageError, 1 for others.
int run_program(const std::string& name, const std::function<int()>& body);

}  // namespace measuring
