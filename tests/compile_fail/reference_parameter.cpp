// SPDX-License-Identifier: MIT
// Refused: the function takes a non-const reference: what it writes there would be lost in the worker
#include <multiprocessing/pool.hpp>

void twice(int& item) { item *= 2; }

int main() {
  std::vector<int> items{1, 2, 3};
  multiprocessing::Pool pool;
  pool.map(twice, items);
}
