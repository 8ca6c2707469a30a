// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/options.hpp>

namespace multiprocessing::detail {

// Where a new pool writes its trace, if anywhere: what its options say, else what MULTIPROCESSING_TRACE names. Each
// call counts as a pool of this process: the second one's file is trace-2.json. In a process that the program forked
// the names have its pid as well.
std::optional<std::filesystem::path> trace_path(const PoolOptions& options);

// For a pool whose file, which the environment names, another program writes: the name with this process's pid.
std::filesystem::path with_pid(const std::filesystem::path& path);

}  // namespace multiprocessing::detail
