// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace multiprocessing::detail {

// The name by which this program was started, for whoever starts it once more. Null until multiprocessing::init() has
// noted it: then that program's main() would run a second time.
const std::string* program_name() noexcept;
void note_program_name(const char* name);

}  // namespace multiprocessing::detail
