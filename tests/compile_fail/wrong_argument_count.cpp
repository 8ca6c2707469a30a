// SPDX-License-Identifier: MIT
// Refused: the function cannot be called with these arguments
#include <multiprocessing/pool.hpp>

int add(int a, int b) { return a + b; }

int main() {
  const std::vector<std::tuple<int, int, int>> triples{{1, 2, 3}};
  multiprocessing::Pool pool;
  pool.starmap(add, triples);
}
