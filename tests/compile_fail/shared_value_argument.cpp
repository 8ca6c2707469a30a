// SPDX-License-Identifier: MIT
// Refused: such an object should only be shared between processes through inheritance: capture it in a pool's
//   initializer, in fork_map or in a Process, or make it global before the pool
// Names: Value
#include <multiprocessing/pool.hpp>
#include <multiprocessing/value.hpp>

int number_in(const multiprocessing::Value<int>& value) { return value.value(); }

int main() {
  const multiprocessing::Value<int> value;
  multiprocessing::Pool pool;
  pool.apply(number_in, value);
}
