// SPDX-License-Identifier: MIT
// Refused: a raw pointer cannot be sent to another process: it would arrive dangling
#include <multiprocessing/pool.hpp>

int* make(int value) { return new int(value); }

int main() {
  multiprocessing::Pool pool;
  pool.map(make, {1, 2, 3});
}
