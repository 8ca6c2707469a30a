// SPDX-License-Identifier: MIT
#pragma once

#include "measured.hpp"
#include "memory.hpp"

namespace compare {

// The charts "touched" and "forking", for a parent that holds this memory. It is written to.
std::vector<Measured> copy_on_write(const Ballast& parent, const Scale& scale);

}  // namespace compare
