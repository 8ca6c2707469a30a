// SPDX-License-Identifier: MIT
// Refused: cereal does not know how to save and load it
#include <multiprocessing/pool.hpp>

#include <mutex>

void hold(std::mutex& mutex) { mutex.lock(); }

int main() {
  std::mutex mutex;
  multiprocessing::Pool pool;
  pool.apply(hold, mutex);
}
