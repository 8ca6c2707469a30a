// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace multiprocessing::detail {

// A copy of the text that lives as long as the program, the same for the same text. Any thread, no lock. nullptr once a
// thousand texts are kept, or for a text above 64 KiB: programs throw literals, and have few of them.
const char* interned_text(const std::string& text);

}  // namespace multiprocessing::detail
