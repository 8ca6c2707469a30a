// SPDX-License-Identifier: MIT
// A program that spawns its workers, and whose main() says nothing of it; exits with 0 if they work. With an argument
// it expects to be told that main() would run a second time there.
#include <cstdio>
#include <multiprocessing/pool.hpp>
#include <stdexcept>

namespace mp = multiprocessing;

int factor = 1;
void set_factor(int value) { factor = value; }
int times_factor(int number) { return number * factor; }

int main(int count, char**) try {
  mp::Pool pool({.processes = 2, .initializer = mp::partial(set_factor, 7), .start_method = mp::StartMethod::spawn});
  std::puts("this line is to be seen once");
  return count == 1 && pool.map(times_factor, {1, 2}) == std::vector{7, 14} ? 0 : 1;
} catch (const std::logic_error& error) {
  std::puts(error.what());
  return count == 1 ? 1 : 0;
}
