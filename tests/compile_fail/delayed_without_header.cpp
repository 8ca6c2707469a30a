// SPDX-License-Identifier: MIT
// Refused: delayed() needs #include <multiprocessing/delayed.hpp>
#include <multiprocessing/pool.hpp>

int twice(int number) { return 2 * number; }

int main() {
  multiprocessing::Pool pool;
  pool.delayed(twice);
}
