// SPDX-License-Identifier: MIT
// Refused: a raw pointer cannot be sent to another process: it would arrive dangling
#include <multiprocessing/pool.hpp>

int add_to(const int* offset, int item) { return *offset + item; }

int main() {
  int offset = 1;
  multiprocessing::Pool pool;
  pool.map(multiprocessing::partial(add_to, &offset), {1, 2, 3});
}
