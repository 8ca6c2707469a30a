// SPDX-License-Identifier: MIT
// Refused: a raw pointer cannot be sent to another process: it would arrive dangling; send the value itself, a
//   std::unique_ptr or std::shared_ptr to it, or an index, or let fork_map inherit it
// Names: int *
#include <multiprocessing/pool.hpp>

#include <multiprocessing/delayed.hpp>

int zero() { return 0; }
int sum(int first, const int* second) { return first + *second; }

int main() {
  multiprocessing::Pool pool;
  const int number = 3;
  pool.delayed(sum)(pool.delayed(zero)(), &number);
}
