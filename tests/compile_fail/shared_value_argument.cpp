// SPDX-License-Identifier: MIT
// Refused: this type cannot be sent to another process, as it does not say how
#include <multiprocessing/pool.hpp>
#include <multiprocessing/value.hpp>

int read(const multiprocessing::Value<int>& value) { return value.value(); }

int main() {
  const multiprocessing::Value<int> value;
  multiprocessing::Pool pool;
  pool.apply(read, value);
}
