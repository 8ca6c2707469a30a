// SPDX-License-Identifier: MIT
// Refused: the function cannot be called with these arguments: each item or argument, as it arrives in the worker, must
//   convert to the function's parameter (starmap spreads a tuple or pair over several)
// Names: long
#include <multiprocessing/pool.hpp>

long length(const std::string& text) { return static_cast<long>(text.size()); }

int main() {
  multiprocessing::Pool pool;
  pool.map(length, {1, 2, 3});
}
