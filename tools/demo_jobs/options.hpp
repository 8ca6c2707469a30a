// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace demo {

enum class Jobs { both, pi, word_count };

// What the command line asks for.
struct Options {
  Jobs jobs = Jobs::both;
  bool help = false;
  std::optional<int> processes = {};  // default: what the pools choose
  long tasks = 100;                   // with their darts about a second of work: starting a pool is little against that
  long darts = 500'000;
  std::uint64_t seed = 1;
  std::size_t top = 10;
  std::vector<std::filesystem::path> paths = {};
};

// One line: which option, what was given, what would be right.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Accepts --name value and --name=value; "--" ends the options. Throws UsageError.
Options parse(const std::vector<std::string>& arguments);

const char* help_text();

}  // namespace demo
