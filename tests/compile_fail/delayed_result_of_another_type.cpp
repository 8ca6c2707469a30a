// SPDX-License-Identifier: MIT
// Refused: this item or argument, as it arrives in the worker, does not convert to the function's parameter: change one
//   of the two types
// Names: is_convertible_v<int, const std
#include <multiprocessing/pool.hpp>

#include <multiprocessing/delayed.hpp>

#include <string>

int zero() { return 0; }
std::size_t length(const std::string& text) { return text.size(); }

int main() {
  multiprocessing::Pool pool;
  pool.delayed(length)(pool.delayed(zero)());
}
