// SPDX-License-Identifier: MIT
// Refused: a delayed call keeps its arguments, because it may be computed again, and this one cannot be copied; pass a
//   std::shared_ptr to it
// Names: std::unique_ptr<int
#include <multiprocessing/pool.hpp>

#include <multiprocessing/delayed.hpp>

#include <memory>

int value(std::unique_ptr<int> number) { return *number; }

int main() {
  multiprocessing::Pool pool;
  pool.delayed(value)(std::make_unique<int>(3));
}
