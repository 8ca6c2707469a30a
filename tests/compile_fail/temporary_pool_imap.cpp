// SPDX-License-Identifier: MIT
// Refused: this pool is a temporary: it ends, with its workers, before what with(), imap() or delayed() returns
//   is used; give the pool a name
#include <multiprocessing/pool.hpp>

int twice(int number) { return 2 * number; }

int main() {
  for (int value : multiprocessing::Pool(2).imap(twice, {1, 2, 3})) (void)value;
}
