// SPDX-License-Identifier: MIT
// Refused: this pool is a temporary: it ends, with its workers, before what with(), imap() or delayed() returns
//   is used; give the pool a name
#include <multiprocessing/pool.hpp>

#include <multiprocessing/delayed.hpp>

int twice(int number) { return 2 * number; }

int main() {
  const auto call = multiprocessing::Pool(2).delayed(twice)(1);
  return call.compute();
}
