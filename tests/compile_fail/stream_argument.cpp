// SPDX-License-Identifier: MIT
// Refused: a mutex, thread, stream, process or pool belongs to its process and cannot be sent to another one; make one
//   there (an initializer does it once for each worker), or let fork_map inherit it
// Names: std::basic_ifstream<char
#include <multiprocessing/pool.hpp>

#include <fstream>

int first_byte(std::ifstream file) { return file.get(); }

int main() {
  std::ifstream file("/dev/null");
  multiprocessing::Pool pool;
  pool.apply(first_byte, std::move(file));
}
