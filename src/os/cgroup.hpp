// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>

namespace multiprocessing::detail {

// How many CPUs the cgroup of this process lets it use, as a fraction of all time: the smallest quota ÷ period of that
// cgroup and of all above it that this process can see, in version 1 or 2. Nothing if there is no quota, or none that
// can be read: containers hide parts of the tree. Looks up all paths, /proc included, below `root`.
std::optional<double> cgroup_cpu_quota(const std::filesystem::path& root = "/");

}  // namespace multiprocessing::detail
