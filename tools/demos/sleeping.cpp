// SPDX-License-Identifier: MIT
// sleeping*: 24 sleeps of 0.1 s take 2.4 s one after the other, 0.3 s with 8 workers, on any number of CPUs.
// Exercise: let the eight workers take all naps, one at a time each, and measure the best of three runs.
#include <multiprocessing/cpu_count.hpp>
#include <multiprocessing/pool.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <numeric>
#include <thread>
#include <vector>

namespace mp = multiprocessing;
using namespace std::chrono_literals;

// The last line of every demo, and what it needs.
double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
double seconds(const std::function<void()>& run) {
  const double begin = now();
  run();
  return now() - begin;
}
double best(const std::function<void()>& run) { return std::min({seconds(run), seconds(run), seconds(run)}); }
void last_line(const char* one, double first, const char* other, double second) {
  std::printf("%s: %.3f s. %s: %.3f s. Ratio: %.2f (best of 3 each).\n", one, first, other, second, first / second);
}

// A task that waits, as for a disk, a network, a person.
int nap(int number) {
  std::this_thread::sleep_for(100ms);
  return number;
}

// All of them, one after the other, by whoever calls this.
double serial_seconds(int) {
  return seconds([] {
    for (int number = 1; number <= 24; ++number) nap(number);
  });
}

int main() {
  std::vector<int> naps(24);
  std::iota(naps.begin(), naps.end(), 1);
  mp::Pool pool(8);

  std::printf(
      "24 naps of 0.1 s. One after the other they take 2.4 s, or a little more. Eight workers nap at the same\n"
      "time: three rounds, 0.3 s. Who sleeps needs no CPU: a single one is enough for that, and here we may use "
      "%d.\n\n",
      mp::process_cpu_count());

  std::puts("Synchronously: map() comes back when all naps are over.");
  const double pooled = best([&] { pool.map(nap, naps, 1); });  // the key line
  std::printf("  It took %.3f s.\n", pooled);

  std::puts("Asynchronously: map_async() comes back at once, with a promise. Meanwhile the program does other work:");
  auto promise = pool.map_async(nap, naps, 1);
  while (!promise.ready()) {
    std::puts("  ready()? No. Something else is done, for 0.1 s.");
    std::this_thread::sleep_for(100ms);
  }
  const std::vector<int> answers = promise.get();
  std::printf("  ready()? Yes. %zu answers, in the order of the questions: %d to %d.\n\n", answers.size(),
              answers.front(), answers.back());

  std::puts("Serially: three such runs, in three workers at once. They do not disturb each other: they sleep.\n");
  const std::vector<double> serial = pool.map(serial_seconds, {1, 2, 3}, 1);
  last_line("24 naps one after the other", *std::ranges::min_element(serial), "By eight workers", pooled);
}
