// SPDX-License-Identifier: MIT
// Refused: this exception cannot be made again in the parent: give it a constructor from its text, if that is all it
//   holds (using runtime_error::runtime_error;), else a member template <class Archive> void serialize(Archive&
//   archive) for its data, and a default constructor or one from its text
// Names: OutOfStock
#include <multiprocessing/pool.hpp>

struct OutOfStock : std::runtime_error {
  explicit OutOfStock(const std::string& text, int missing_ = 0) : std::runtime_error(text), missing(missing_) {}
  int missing;
};

int main() { multiprocessing::register_exception<OutOfStock>(); }
