// SPDX-License-Identifier: MIT
// Accepted: what a std::function holds is known at run time only, where PicklingError refuses all but plain functions
#include <multiprocessing/pool.hpp>

int twice(int item) { return 2 * item; }

int main() {
  const std::function<int(int)> function = twice;
  multiprocessing::Pool pool;
  return pool.map(function, {1, 2, 3}) == std::vector<int>{2, 4, 6} ? 0 : 1;
}
