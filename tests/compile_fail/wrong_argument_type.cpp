// SPDX-License-Identifier: MIT
// Refused: this item or argument, as it arrives in the worker, does not convert to the function's parameter: change one
//   of the two types
// Names: is_convertible_v<int, const std::
#include <multiprocessing/pool.hpp>

long length(const std::string& text) { return static_cast<long>(text.size()); }

int main() {
  multiprocessing::Pool pool;
  pool.map(length, {1, 2, 3});
}
