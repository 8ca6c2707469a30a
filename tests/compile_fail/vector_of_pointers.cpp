// SPDX-License-Identifier: MIT
// Refused: a raw pointer cannot be sent to another process: it would arrive dangling; send the value itself, a
//   std::unique_ptr or std::shared_ptr to it, or an index, or let fork_map inherit it
// Names: std::mutex*
#include <multiprocessing/pool.hpp>

#include <mutex>

int count(const std::vector<std::mutex*>& mutexes) { return static_cast<int>(mutexes.size()); }

int main() {
  multiprocessing::Pool pool;
  pool.apply(count, std::vector<std::mutex*>());
}
