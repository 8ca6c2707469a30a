// SPDX-License-Identifier: MIT
#pragma once

#include "measure.hpp"

#include <set>
#include <string>
#include <vector>

namespace bench {

struct Options {
  Setting setting = {};
  std::set<std::string> only = {};  // empty: all
  std::string csv = {};             // empty: none
  bool goals = false;               // a missed goal is a failure
  std::string help = {};            // to be shown instead
};

Options parse(const std::vector<std::string>& arguments);  // measuring::UsageError

}  // namespace bench
