// SPDX-License-Identifier: MIT
// Refused: this type cannot be sent to another process, as it does not say how: give it a member
#include <multiprocessing/pool.hpp>

int count(multiprocessing::Pool pool) { return pool.processes(); }

int main() {
  multiprocessing::Pool pool;
  pool.apply(count, std::move(pool));
}
