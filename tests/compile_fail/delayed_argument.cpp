// SPDX-License-Identifier: MIT
// Refused: a delayed call cannot be sent to another process: compute() it, or give it, or a std::vector of delayed
//   calls, to another delayed call as an argument of its own
// Names: Delayed<int>
#include <multiprocessing/pool.hpp>

#include <multiprocessing/delayed.hpp>

int twice(int number) { return 2 * number; }

int main() {
  multiprocessing::Pool pool;
  pool.apply(twice, pool.delayed(twice)(1));
}
