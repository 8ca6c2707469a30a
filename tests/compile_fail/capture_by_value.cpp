// SPDX-License-Identifier: MIT
// Refused: this function object carries state that cannot be sent to a worker (a lambda that captures
#include <multiprocessing/pool.hpp>

int main() {
  int offset = 1;
  multiprocessing::Pool pool;
  pool.map([=](int item) { return item + offset; }, {1, 2, 3});
}
