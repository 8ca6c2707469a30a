// SPDX-License-Identifier: MIT
// Refused: but the items belong to somebody else: give them away, fork_map(f, std::move(items))
#include <multiprocessing/fork_map.hpp>

#include <memory>
#include <vector>

int main() {
  std::vector<std::unique_ptr<int>> items(3);
  multiprocessing::fork_map([](std::unique_ptr<int> item) { return item == nullptr; }, items);
}
