// SPDX-License-Identifier: MIT
// Refused: cereal does not know how to save and load it
#include <multiprocessing/pool.hpp>

int count(multiprocessing::Pool pool) { return pool.processes(); }

int main() {
  multiprocessing::Pool pool;
  pool.apply(count, std::move(pool));
}
