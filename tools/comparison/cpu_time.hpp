// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <vector>

namespace compare {

// Seconds of CPU time that this process and those others, which run, have used so far.
double cpu_seconds(const std::vector<pid_t>& others = {});

}  // namespace compare
