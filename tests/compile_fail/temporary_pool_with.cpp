// SPDX-License-Identifier: MIT
// Refused: this pool is a temporary: it ends, with its workers, before what with(), imap() or delayed() returns
//   is used; give the pool a name
#include <multiprocessing/pool.hpp>

int twice(int number) { return 2 * number; }

int main() {
  auto with = multiprocessing::Pool(2).with({.retries = 1});
  with.map(twice, {1, 2, 3});
}
