// SPDX-License-Identifier: MIT
#pragma once

#include "options.hpp"
#include "results.hpp"

namespace compare {

// What can be known before anything is measured: files that cannot be written, programs that are missing. UsageError.
void check_outputs(const Options& options);

// Writes all that is wanted, the raw samples first. What fails does not keep the rest from being written; then throws
// std::runtime_error with each failure.
void write_outputs(const Options& options, const Results& results);

}  // namespace compare
