// SPDX-License-Identifier: MIT
#pragma once

#include "mine.hpp"
#include "section.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace compare {

struct Options {
  std::vector<const Section*> sections;  // in the order of the page
  bool quick = false;
  std::size_t launches = 6;     // the fewest of which a 95 % interval can be told
  std::string json, csv, html;  // files, a folder, a file; empty: not wanted
  std::optional<Job> mine = {};
  std::string mine_text = {};
  std::string help = {};  // to be shown instead
};

// What is wrong with the command line, as one line.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

Options parse(int count, char** arguments);
std::string command_line(const Options& options);  // that repeats it

}  // namespace compare
