// SPDX-License-Identifier: MIT
// Refused: the function cannot be called with these arguments: each item or argument, as it arrives in the worker, must
//   convert to the function's parameter (starmap spreads a tuple or pair over several)
// Names: int (*)(int, int)
#include <multiprocessing/pool.hpp>

int add(int a, int b) { return a + b; }

int main() {
  multiprocessing::Pool pool;
  pool.starmap(add, {1, 2, 3});
}
