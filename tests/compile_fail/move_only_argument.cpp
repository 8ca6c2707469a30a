// SPDX-License-Identifier: MIT
// Refused: this argument cannot be copied, and was not given away: pass std::move(argument)
// Names: std::unique_ptr<int
#include <multiprocessing/pool.hpp>

#include <memory>
#include <vector>

int count(int, const std::vector<std::unique_ptr<int>>& numbers) { return static_cast<int>(numbers.size()); }

int main() {
  std::vector<std::unique_ptr<int>> numbers(3);
  multiprocessing::Pool pool;
  pool.apply(count, 1, numbers);
}
