// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <random>

#include "fuzz/fuzz_target.hpp"

namespace multiprocessing::tests {

// Inputs that are nearly one of those it was given: that leads deeper than garbage does. The same seed gives the same
// inputs.
class Mutations {
 public:
  static constexpr std::size_t longest_input_bytes = 8192;

  Mutations(std::uint64_t seed, std::vector<Input> originals) : random_(seed), originals_(std::move(originals)) {}
  Input next();

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }
  const Input& any() { return originals_[below(originals_.size())]; }
  void mutate(Input& input);
  void write_number(Input& input, std::size_t at);
  std::uint64_t interesting_number(std::size_t input_bytes);

  std::mt19937_64 random_;
  std::vector<Input> originals_;
};

}  // namespace multiprocessing::tests
