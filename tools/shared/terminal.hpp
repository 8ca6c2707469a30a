// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace tools {

// Can `fd` show a line that changes? Not a pipe, a file or TERM=dumb.
bool is_terminal(int fd);

// A terminal, and its user has not set NO_COLOR.
bool shows_colour(int fd);

// Columns of the terminal at `fd`; 80 if it does not say.
int width_of(int fd);

// Control characters and bytes that are not UTF-8 as \xNN: a file's name or a word must not steer the terminal.
std::string printable(std::string_view text);

}  // namespace tools
