// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace multiprocessing::detail {

// A copy of the text that lives as long as the program, the same for the same text; any thread, no lock.
// nullptr once a thousand texts are kept, or for one above 64 KiB: programs throw literals, of which there are few.
const char* interned_text(const std::string& text);

}  // namespace multiprocessing::detail
