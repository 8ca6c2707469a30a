// SPDX-License-Identifier: MIT
// Refused: such an object should only be shared between processes through inheritance: capture it in a pool's
//   initializer, in fork_map or in a Process, or make it global before the pool
// Names: Lock
#include <multiprocessing/lock.hpp>
#include <multiprocessing/pool.hpp>

int main() {
  multiprocessing::Lock lock;
  multiprocessing::Pool pool;
  pool.apply([](multiprocessing::Lock held) { held.acquire(); }, lock);
}
