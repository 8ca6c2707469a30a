// SPDX-License-Identifier: MIT
#pragma once

#include "results.hpp"

namespace multiprocessing::tests {

// Expects that each sentence of the verdict holds the figures of its rows, each with its range, in order and beside
// their names, and no other number; that these rows may be used; and that they allow what it says of them.
void hold_verdict(const compare::Results& results);

}  // namespace multiprocessing::tests
