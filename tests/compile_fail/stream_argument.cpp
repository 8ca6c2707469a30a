// SPDX-License-Identifier: MIT
// Refused: cereal does not know how to save and load it
#include <multiprocessing/pool.hpp>

#include <fstream>

int first_byte(std::ifstream file) { return file.get(); }

int main() {
  std::ifstream file("/dev/null");
  multiprocessing::Pool pool;
  pool.apply(first_byte, std::move(file));
}
