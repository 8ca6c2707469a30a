// SPDX-License-Identifier: MIT
// Refused: a mutex, thread, stream, process or pool belongs to its process and cannot be sent to another one; make one
//   there (an initializer does it once for each worker), or let fork_map inherit it
// Names: std::mutex
#include <multiprocessing/pool.hpp>

#include <mutex>

int count(const std::vector<std::mutex>& mutexes) { return static_cast<int>(mutexes.size()); }

int main() {
  std::vector<std::mutex> mutexes(3);
  multiprocessing::Pool pool;
  pool.apply(count, std::move(mutexes));
}
