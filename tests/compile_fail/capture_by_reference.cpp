// SPDX-License-Identifier: MIT
// Refused: this function object carries state that cannot be sent to a worker (a lambda that captures, or a class
//   without serialize()): pass what it needs as arguments, bind values with multiprocessing::partial(f, values...), or
//   call fork_map, whose workers inherit what it captures
// Names: lambda
#include <multiprocessing/pool.hpp>

int main() {
  int offset = 1;
  multiprocessing::Pool pool;
  pool.map([&](int item) { return item + offset; }, {1, 2, 3});
}
