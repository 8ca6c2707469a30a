// SPDX-License-Identifier: MIT
// Refused: a raw pointer cannot be sent to another process: it would arrive dangling
#include <multiprocessing/pool.hpp>

int content_of(int* place) { return *place; }

int main() {
  int value = 1;
  multiprocessing::Pool pool;
  pool.map(content_of, {&value});
}
