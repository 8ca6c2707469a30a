// SPDX-License-Identifier: MIT
// Refused: a raw pointer cannot be sent to another process: it would arrive dangling; send the value itself, a
//   std::unique_ptr or std::shared_ptr to it, or an index, or let fork_map inherit it
// Names: int*
#include <multiprocessing/pool.hpp>

int content_of(int* place) { return *place; }

int main() {
  int value = 1;
  multiprocessing::Pool pool;
  pool.map(content_of, {&value});
}
