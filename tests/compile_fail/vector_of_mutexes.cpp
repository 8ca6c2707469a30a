// SPDX-License-Identifier: MIT
// Refused: cereal does not know how to save and load it
#include <multiprocessing/pool.hpp>

#include <mutex>

int count(const std::vector<std::mutex>& mutexes) { return static_cast<int>(mutexes.size()); }

int main() {
  std::vector<std::mutex> mutexes(3);
  multiprocessing::Pool pool;
  pool.apply(count, std::move(mutexes));
}
