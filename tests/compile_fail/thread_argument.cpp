// SPDX-License-Identifier: MIT
// Refused: this type cannot be sent to another process, as it does not say how: give it a member
#include <multiprocessing/pool.hpp>

#include <thread>

void finish(std::thread thread) { thread.join(); }

int main() {
  std::thread thread([] {});
  multiprocessing::Pool pool;
  pool.apply(finish, std::move(thread));
}
