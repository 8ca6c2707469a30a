// SPDX-License-Identifier: MIT
// Refused: map and its kin take a range of items (a container, an array, a view that is not const, or {1, 2, 3}), and
//   this is none; for one call there is apply(f, arguments...)
// Names: int
#include <multiprocessing/thread_pool.hpp>

int square(int number) { return number * number; }

int main() {
  multiprocessing::ThreadPool pool;
  int sum = 0;
  for (int number : pool.with({}).imap(square, 24)) sum += number;
}
