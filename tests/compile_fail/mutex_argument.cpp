// SPDX-License-Identifier: MIT
// Refused: a mutex, thread, stream, process or pool belongs to its process and cannot be sent to another one; make one
//   there (an initializer does it once for each worker), or let fork_map inherit it
// Names: std::mutex
#include <multiprocessing/pool.hpp>

#include <mutex>

void hold(std::mutex& mutex) { mutex.lock(); }

int main() {
  std::mutex mutex;
  multiprocessing::Pool pool;
  pool.apply(hold, mutex);
}
