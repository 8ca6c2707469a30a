// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace compare {

// Code that knows nothing of threads or processes. One call is some 10 us of work while nobody is in its way.
struct Load {
  std::string name;
  void (*work)();
};

const std::vector<Load>& contention_loads();

}  // namespace compare
