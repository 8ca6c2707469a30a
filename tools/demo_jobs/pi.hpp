// SPDX-License-Identifier: MIT
#pragma once

#include "options.hpp"

namespace demo {

// Runs the job, prints its report; returns the exit code.
int run_pi(const Options& options);

}  // namespace demo
