// SPDX-License-Identifier: MIT
// Refused: this item or argument, as it arrives in the worker, does not convert to the function's parameter: change one
//   of the two types
// Names: is_convertible_v<std::optional<int>, int>
#include <multiprocessing/pool.hpp>

int main() {
  const std::vector<std::optional<int>> numbers{1, 2, {}};
  multiprocessing::Pool pool;
  const std::vector<int> next = pool.map([](int number) { return number + 1; }, numbers);
}
