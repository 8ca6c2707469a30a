// SPDX-License-Identifier: MIT
// Refused: function objects are called as const: a mutable lambda or a non-const operator() would keep state that
//   differs from worker to worker; return what changed
// Names: lambda
#include <multiprocessing/pool.hpp>

int main() {
  multiprocessing::Pool pool;
  pool.map([count = 0](int item) mutable { return item + ++count; }, {1, 2, 3});
}
