// SPDX-License-Identifier: MIT
// Refused: the function cannot be called with these arguments
#include <multiprocessing/pool.hpp>

int add(int a, int b) { return a + b; }

int main() {
  multiprocessing::Pool pool;
  pool.starmap(add, {1, 2, 3});
}
