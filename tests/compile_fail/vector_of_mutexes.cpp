// SPDX-License-Identifier: MIT
// Refused: this type cannot be sent to another process, as it does not say how: give it a member
#include <multiprocessing/pool.hpp>

#include <mutex>

int count(const std::vector<std::mutex>& mutexes) { return static_cast<int>(mutexes.size()); }

int main() {
  std::vector<std::mutex> mutexes(3);
  multiprocessing::Pool pool;
  pool.apply(count, std::move(mutexes));
}
