// SPDX-License-Identifier: MIT
// Refused: a raw pointer cannot be sent to another process: it would arrive dangling
#include <multiprocessing/fork_map.hpp>

int main() {
  int number = 1;
  multiprocessing::fork_map([&](int) { return &number; }, {1, 2, 3});
}
