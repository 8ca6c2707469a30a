// SPDX-License-Identifier: MIT
#pragma once

#include "command_line.hpp"
#include "mine.hpp"
#include "section.hpp"

#include <optional>
#include <string>
#include <vector>

namespace compare {

struct Options {
  std::vector<const Section*> sections;  // in the order of the page
  bool quick = false;
  std::size_t launches = least_for_interval;
  std::string json, csv, html;  // files, a folder, a file; empty: not wanted
  std::optional<Job> mine = {};
  std::string mine_text = {};
  std::string help = {};  // to be shown instead
};

Options parse(const std::vector<std::string>& arguments);  // UsageError
std::string command_line(const Options& options);          // that repeats it

}  // namespace compare
