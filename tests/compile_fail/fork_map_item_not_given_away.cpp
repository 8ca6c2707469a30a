// SPDX-License-Identifier: MIT
// Refused: the function takes its item by && or as a type that cannot be copied, but the items belong to somebody else:
//   give them away, fork_map(f, std::move(items)), or take a const reference
#include <multiprocessing/fork_map.hpp>

#include <memory>
#include <vector>

int main() {
  std::vector<std::unique_ptr<int>> items(3);
  multiprocessing::fork_map([](std::unique_ptr<int> item) { return item == nullptr; }, items);
}
