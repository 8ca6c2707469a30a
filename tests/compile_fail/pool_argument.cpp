// SPDX-License-Identifier: MIT
// Refused: a mutex, thread, stream, process or pool belongs to its process and cannot be sent to another one; make one
//   there (an initializer does it once for each worker), or let fork_map inherit it
// Names: multiprocessing::Pool
#include <multiprocessing/pool.hpp>

int count(multiprocessing::Pool pool) { return pool.processes(); }

int main() {
  multiprocessing::Pool pool;
  pool.apply(count, std::move(pool));
}
