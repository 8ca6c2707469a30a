// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace measuring {

// What a child wrote, and what went wrong with it: "" if it ended by itself, and orderly.
struct Isolated {
  std::string text;
  std::string failure;
};

// Runs `body` in a forked child, which writes its text to the descriptor that it is given; that outlives an exec. The
// child leaves with the exit code that `body` returns, is killed when this process ends, and after `limit`.
// Throws std::system_error if there is no child to be had.
Isolated run_isolated(const std::function<int(int fd)>& body, std::chrono::seconds limit);

bool write_all(int fd, const std::string& text);  // false: not all of it

}  // namespace measuring
