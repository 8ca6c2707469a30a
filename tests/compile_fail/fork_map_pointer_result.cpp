// SPDX-License-Identifier: MIT
// Refused: a raw pointer cannot be sent to another process: it would arrive dangling; send the value itself, a
//   std::unique_ptr or std::shared_ptr to it, or an index, or let fork_map inherit it
// Names: int
#include <multiprocessing/fork_map.hpp>

int main() {
  int number = 1;
  multiprocessing::fork_map([&](int) { return &number; }, {1, 2, 3});
}
