// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

namespace multiprocessing::detail {

// A stack as text: "thrown in f(int)\n  called by g()\n  called by h(), 7 times". Leaves out the functions by which
// this library calls.
class StackLines {
 public:
  void add(const std::string& name);                // the next caller
  void clear();                                     // forgets what was added so far
  std::string text(const std::string& head) const;  // head: "thrown in "; empty if nothing was added

 private:
  std::string lines_;
  std::string name_;  // of the last line
  std::size_t times_ = 0;
};

}  // namespace multiprocessing::detail
