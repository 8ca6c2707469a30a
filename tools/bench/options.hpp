// SPDX-License-Identifier: MIT
#pragma once

#include "measure.hpp"

#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

struct Options {
  Setting setting = {};
  std::set<std::string> only = {};  // empty: all
  std::string csv = {};             // empty: none
  bool help = false;
};

class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Throws UsageError: one line.
Options parse(const std::vector<std::string>& arguments);

std::string help_text();

}  // namespace bench
