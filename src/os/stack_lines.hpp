// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

namespace multiprocessing::detail {

// A stack as text: "thrown in f(int)\n  called by g()\n  called by h(), 7 times". Leaves out how this library calls.
class StackLines {
 public:
  void add(const std::string& name);                // the next caller
  void clear();                                     // what was added so far is no part of it
  std::string text(const std::string& head) const;  // "thrown in "; empty if nothing was added

 private:
  std::string lines_;
  std::string name_;  // of the last line
  std::size_t times_ = 0;
};

}  // namespace multiprocessing::detail
