// SPDX-License-Identifier: MIT
// Refused: a reference (or std::ref) cannot be sent to another process
#include <multiprocessing/pool.hpp>

void twice(int& value) { value *= 2; }

int main() {
  int value = 1;
  multiprocessing::Pool pool;
  pool.apply(twice, std::ref(value));
}
