// SPDX-License-Identifier: MIT
// sleeping*: 24 sleeps of 0.1 s take 2.4 s one after the other, 0.3 s with 8 workers, on any number of CPUs.
#include <multiprocessing/cpu_count.hpp>
#include <multiprocessing/pool.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <iostream>
#include <numeric>
#include <thread>
#include <vector>

namespace mp = multiprocessing;
using namespace std::chrono_literals;

// The last line of every demo, and what it needs.
double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
double seconds(const std::function<void()>& run, double begin = now()) { return run(), now() - begin; }
double best(const std::function<void()>& run) { return std::min({seconds(run), seconds(run), seconds(run)}); }
void last_line(const char* demo, const char* one, double first, const char* other, double second) {
  std::printf("%-12s %s %.2f s   %s %.2f s   %.1f x   (best of 3)\n", demo, one, first, other, second, first / second);
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

  std::cout << "24 naps of 0.1 s. One after the other they take 2.4 s. Eight workers nap at the same time: three\n"
               "rounds, 0.3 s. Who sleeps needs no CPU: a single one is enough for that, and here we may use "
            << mp::process_cpu_count() << ".\n\n";

  std::cout << "Synchronously: map() comes back when all naps are over.\n";
  const double pooled = best([&] { pool.map(nap, naps, 1); });  // the key line

  std::cout
      << "Asynchronously: map_async() comes back at once, with a promise. Meanwhile the program does other work:\n";
  auto promise = pool.map_async(nap, naps, 1);
  while (!promise.ready()) {
    std::cout << "  ready()? No. Something else is done, for 0.1 s.\n";
    std::this_thread::sleep_for(100ms);
  }
  const std::vector<int> answers = promise.get();
  std::cout << "  ready()? Yes. " << answers.size() << " answers, in the order of the questions: " << answers.front()
            << " to " << answers.back() << ".\n\n";

  std::cout << "Serially: three such runs, in three workers at once. They do not disturb each other: they sleep.\n\n";
  const std::vector<double> serial = pool.map(serial_seconds, {1, 2, 3}, 1);
  last_line("sleeping", "serial", *std::ranges::min_element(serial), "pool", pooled);
}
