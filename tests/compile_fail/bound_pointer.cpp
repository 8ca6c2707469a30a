// SPDX-License-Identifier: MIT
// Refused: a raw pointer cannot be sent to another process: it would arrive dangling; send the value itself, a
//   std::unique_ptr or std::shared_ptr to it, or an index, or let fork_map inherit it
// Names: int*
#include <multiprocessing/pool.hpp>

int add_to(const int* offset, int item) { return *offset + item; }

int main() {
  int offset = 1;
  multiprocessing::Pool pool;
  pool.map(multiprocessing::partial(add_to, &offset), {1, 2, 3});
}
