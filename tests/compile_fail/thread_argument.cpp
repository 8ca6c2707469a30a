// SPDX-License-Identifier: MIT
// Refused: a mutex, thread, stream, process or pool belongs to its process and cannot be sent to another one; make one
//   there (an initializer does it once for each worker), or let fork_map inherit it
// Names: std::thread
#include <multiprocessing/pool.hpp>

#include <thread>

void finish(std::thread thread) { thread.join(); }

int main() {
  std::thread thread([] {});
  multiprocessing::Pool pool;
  pool.apply(finish, std::move(thread));
}
