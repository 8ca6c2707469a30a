// SPDX-License-Identifier: MIT
// Refused: this type cannot be sent to another process, as it does not say how: give it a member
#include <multiprocessing/pool.hpp>

#include <fstream>

int first_byte(std::ifstream file) { return file.get(); }

int main() {
  std::ifstream file("/dev/null");
  multiprocessing::Pool pool;
  pool.apply(first_byte, std::move(file));
}
