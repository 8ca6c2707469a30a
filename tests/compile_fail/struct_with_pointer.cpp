// SPDX-License-Identifier: MIT
// Refused: a raw pointer cannot be sent to another process: it would arrive dangling; send the value itself, a
//   std::unique_ptr or std::shared_ptr to it, or an index, or let fork_map inherit it
// Names: const char*
// Needs: boost/pfr/core.hpp
#include <multiprocessing/pool.hpp>

struct Entry {
  int number = 0;
  const char* text = "";
};

int number_of(const Entry& entry) { return entry.number; }

int main() {
  multiprocessing::Pool pool;
  pool.map(number_of, {Entry{1, "one"}, Entry{2, "two"}});
}
