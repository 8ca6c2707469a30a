// SPDX-License-Identifier: MIT
// Refused: this type cannot be sent to another process, as it does not say how: give it a member
#include <multiprocessing/pool.hpp>

#include <mutex>

void hold(std::mutex& mutex) { mutex.lock(); }

int main() {
  std::mutex mutex;
  multiprocessing::Pool pool;
  pool.apply(hold, mutex);
}
