// SPDX-License-Identifier: MIT
// Refused: the function cannot be called with these arguments
#include <multiprocessing/pool.hpp>

long length(const std::string& text) { return static_cast<long>(text.size()); }

int main() {
  multiprocessing::Pool pool;
  pool.map(length, {1, 2, 3});
}
