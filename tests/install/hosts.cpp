// SPDX-License-Identifier: MIT
// A program for the hosts of an Open MPI job, whose main() says nothing of it; exits with 0 if they work.
#include <multiprocessing/mpi.hpp>
#include <multiprocessing/partial.hpp>

namespace mp = multiprocessing;

int factor = 1;
void set_factor(int value) { factor = value; }
int times_factor(int number) { return number * factor; }

int main() {
  mp::mpi::Pool pool({.processes = 1, .initializer = mp::partial(set_factor, 7)});
  const bool is_right = pool.map(times_factor, {1, 2, 3}) == std::vector{7, 14, 21};
  return is_right && static_cast<int>(pool.workers().size()) == mp::mpi::hosts() ? 0 : 1;
}
