// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <vector>

namespace multiprocessing::tests {

using Input = std::vector<std::byte>;

// Something that takes bytes as a worker may have sent them. Whatever they are it returns, or throws a Finding.
struct FuzzTarget {
  const char* name;  // also of its folder in the corpus
  void (*run)(std::span<const std::byte> input);
  std::vector<Input> (*samples)();  // whole and valid, made by the code as it is now: what is mutated
};

extern const FuzzTarget channel_target;    // the words and pieces that a worker wrote
extern const FuzzTarget exception_target;  // encoded exceptions
extern const FuzzTarget value_target;      // encoded arguments and results

// What must not be, whatever arrives.
class Finding : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};
inline void require(bool holds, const char* what) {
  if (!holds) throw Finding(what);
}

}  // namespace multiprocessing::tests
