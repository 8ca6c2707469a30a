// SPDX-License-Identifier: MIT
// Refused: cereal does not know how to save and load it
#include <multiprocessing/pool.hpp>

void twice(int& value) { value *= 2; }

int main() {
  int value = 1;
  multiprocessing::Pool pool;
  pool.apply(twice, std::ref(value));
}
