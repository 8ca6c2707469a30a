// SPDX-License-Identifier: MIT
// Refused: the function takes a non-const reference: what it writes there would be lost in the worker; take the value
//   or a const reference, and return what changed
// Names: void (*)(int&)
#include <multiprocessing/pool.hpp>

void twice(int& item) { item *= 2; }

int main() {
  std::vector<int> items{1, 2, 3};
  multiprocessing::Pool pool;
  pool.map(twice, items);
}
