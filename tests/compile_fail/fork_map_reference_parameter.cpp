// SPDX-License-Identifier: MIT
// Refused: the function takes a non-const reference: what it writes there would be lost in the worker; take the
//   value or a const reference, and return what changed
#include <multiprocessing/fork_map.hpp>

#include <vector>

int main() {
  std::vector<int> items{1, 2, 3};
  multiprocessing::fork_map([](int& item) { item = 0; }, items);
}
