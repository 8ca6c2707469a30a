// SPDX-License-Identifier: MIT
// Refused: cereal does not know how to save and load it
#include <multiprocessing/pool.hpp>

#include <thread>

void finish(std::thread thread) { thread.join(); }

int main() {
  std::thread thread([] {});
  multiprocessing::Pool pool;
  pool.apply(finish, std::move(thread));
}
