// SPDX-License-Identifier: MIT
// What somebody else's program does with the installed library; exits with 0 if all of it works.
#include <cstdio>
#include <cstdlib>
#include <multiprocessing/multiprocessing.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace mp = multiprocessing;

long square(long number) { return number * number; }

long refuse(long number) { throw std::out_of_range("refused " + std::to_string(number)); }

long die(long) { std::abort(); }

template <class Error>
bool throws(mp::Pool& pool, long (*task)(long)) {
  try {
    pool.apply(task, 7L);
  } catch (const Error& error) {
    std::printf("as expected: %s\n", error.what());
    return true;
  }
  return false;
}

// A process of its own puts a message into a queue.
bool talks() {
  const mp::Queue<std::string> queue;
  mp::Process process([&queue] { queue.put("hello"); });
  process.start();
  const bool heard = queue.get() == "hello";
  process.join();
  return heard && process.exitcode() == 0;
}

int main() {
  mp::Pool pool(2);
  const bool maps = pool.map(square, {1L, 2L, 3L}) == std::vector<long>{1, 4, 9};
  const bool rethrows = throws<std::out_of_range>(pool, refuse);
  const bool survives = throws<mp::WorkerLost>(pool, die);
  return maps && rethrows && survives && talks() ? EXIT_SUCCESS : EXIT_FAILURE;
}
