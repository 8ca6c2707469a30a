// SPDX-License-Identifier: MIT
// map*: Slower than a loop for x^10, faster for real work (given two CPUs): why, from the pool's own stats().
// Exercise: let the workers do what the loop did, with the same answers in the same order.
#include <multiprocessing/cpu_count.hpp>
#include <multiprocessing/pool.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace mp = multiprocessing;

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

double power(double x) { return x * x * x * x * x * x * x * x * x * x; }

long primes_below(long limit) {
  long count = 0;
  for (long number = 2; number < limit; ++number) {
    long divisor = 2;
    while (divisor * divisor <= number && number % divisor != 0) ++divisor;
    if (divisor * divisor > number) ++count;
  }
  return count;
}

struct Costs {
  double loop, pool, worker;  // of an item, in nanoseconds
};

// What the pool says about its workers, on average. Returns how long all of them worked, in seconds.
double print_stats(const mp::PoolStats& stats) {
  std::chrono::duration<double, std::milli> starting{}, waiting{}, working{};
  for (const auto& worker : stats.workers) {
    starting += worker.starting;
    waiting += worker.waiting;
    working += worker.working;
  }
  const auto workers = static_cast<double>(stats.workers.size());
  std::printf("  in the last of its runs, a worker was %.1f ms starting, %.1f ms waiting, %.1f ms working\n\n",
              starting.count() / workers, waiting.count() / workers, working.count() / workers);
  return working.count() / 1e3;
}

template <class Function, class Item>
Costs compare(const char* what, Function function, const std::vector<Item>& items) {
  std::vector<Item> looped(items.size()), pooled;
  mp::PoolStats stats;
  const double loop = best([&] { std::transform(items.begin(), items.end(), looped.begin(), function); });
  const double pool = best([&] {
    mp::Pool workers;
    pooled = workers.map(function, items);  // the key line
    stats = workers.stats();
  });
  if (looped != pooled) throw std::logic_error("loop and pool give different answers");
  const double each = 1e9 / static_cast<double>(items.size());
  std::printf("%s\n  loop: %.1f ms, %.1f ns an item\n", what, 1e3 * loop, each * loop);
  std::printf("  pool: %.1f ms, %.1f ns an item; workers: %zu\n", 1e3 * pool, each * pool, stats.workers.size());
  return {each * loop, each * pool, each * print_stats(stats)};
}

int main() {
  std::vector<double> numbers(1'000'000);
  std::iota(numbers.begin(), numbers.end(), 0.0);
  std::puts("The same in a loop and in a pool, whose start and end are counted in.\n");
  const Costs tiny = compare("x^10 for 1,000,000 numbers", power, numbers);
  const Costs real = compare("primes below 20,000, 300 times", primes_below, std::vector<long>(300, 20'000));
  std::printf(
      "x^10 takes %.1f ns in the loop. A worker has each number for %.1f ns: it reads it from shared\n"
      "memory, writes the answer there, waits for a CPU if there are fewer than workers; at its end the program\n"
      "reads and writes as much. In this run the pool took %.1f times as long as the loop.\n",
      tiny.loop, tiny.worker, tiny.pool / tiny.loop);
  std::printf(
      "The primes take %.0f ns: to be carried is little beside that. In this run the pool took %.2f times as\n"
      "long as the loop.%s\n\n",
      real.loop, real.pool / real.loop,
      mp::process_cpu_count() == 1 ? " It has one CPU, as the loop has: it cannot be faster." : "");
  last_line("The primes in a loop", real.loop * 300e-9, "In a pool", real.pool * 300e-9);
}
