// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace demo {

// What could not be read, each with its reason.
using Unread = std::map<std::filesystem::path, std::string>;

// The regular files under some paths, the largest first, so that no worker is left with a long one at the end.
struct TextFiles {
  std::vector<std::filesystem::path> files = {};
  std::size_t total_bytes = 0;
  Unread unread = {};
};

// Follows links only where `paths` names them: a tree cannot be endless. Throws nothing for what cannot be read.
TextFiles find_files(const std::vector<std::filesystem::path>& paths);

// The licences that came with this system's packages: text that every Debian has. Empty where there is none.
std::vector<std::filesystem::path> licence_paths();

}  // namespace demo
