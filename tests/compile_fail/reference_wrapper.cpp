// SPDX-License-Identifier: MIT
// Refused: a reference (or std::ref) cannot be sent to another process; send the value, or let fork_map inherit the
//   object
// Names: std::reference_wrapper<int>
#include <multiprocessing/pool.hpp>

void twice(int& value) { value *= 2; }

int main() {
  int value = 1;
  multiprocessing::Pool pool;
  pool.apply(twice, std::ref(value));
}
