// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace compare {

// Writes all of the text there, in place of what was there. Throws std::runtime_error, which names the file, when the
// disk or the system refuses any of it.
void write_whole(const std::string& path, const std::string& text);

}  // namespace compare
