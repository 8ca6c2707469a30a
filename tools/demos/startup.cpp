// SPDX-License-Identifier: MIT
// startup: What it costs to start a pool, per worker, and what far too many workers cost on top of that.
// Exercise: make the one pool that all 40 jobs use.
#include <multiprocessing/cpu_count.hpp>
#include <multiprocessing/pool.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <optional>
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

// Some work: how many steps the Collatz sequences that begin below `limit` take to 1.
long steps_below(long limit) {
  long steps = 0;
  for (long begin = 1; begin < limit; ++begin) {
    for (long number = begin; number != 1; ++steps) number = number % 2 == 0 ? number / 2 : 3 * number + 1;
  }
  return steps;
}

void work(mp::Pool& pool, long limit) { pool.map(steps_below, std::vector<long>(64, limit), 1); }

struct Bill {
  double start = 1e9, job = 1e9, end = 1e9;  // in milliseconds, the best of three
};

Bill bill(int workers) {
  Bill least;
  std::optional<mp::Pool> pool;
  for (int run = 0; run < 3; ++run) {
    least.start = std::min(least.start, 1e3 * seconds([&] { pool.emplace(workers); }));
    least.job = std::min(least.job, 1e3 * seconds([&] { work(*pool, 6'000); }));
    least.end = std::min(least.end, 1e3 * seconds([&] { pool.reset(); }));
  }
  std::printf("%8d %9.1f %12.2f %10.1f %9.1f\n", workers, least.start, least.start / workers, least.job, least.end);
  return least;
}

void pool_for_each_job() {
  for (int i = 0; i < 40; ++i) {
    mp::Pool pool;
    work(pool, 500);
  }
}

void one_pool() {
  mp::Pool pool;  // the key line
  for (int i = 0; i < 40; ++i) work(pool, 500);
}

int main() {
  const int usable = mp::process_cpu_count();
  const int too_many = std::max(64, 4 * usable);
  std::printf(
      "Each worker is a process, forked when the pool is made; the constructor returns when all are ready.\n"
      "CPUs that we may use: %d. Starting a pool, a job of 64 tasks in it, ending it, in milliseconds:\n\n",
      usable);
  std::puts(" workers     start   per worker   64 tasks       end");
  const Bill one = bill(1);
  for (int workers = 2; workers < usable; workers *= 2) bill(workers);
  const Bill right = usable == 1 ? one : bill(usable);
  const Bill many = bill(too_many);

  const double others = too_many - 1;
  std::printf(
      "\nThe first worker cost %.1f ms (the process that forks the others is in it), each of the %d others on average\n"
      "%.2f ms, and %.2f ms to end it, whether it has work or not.\n",
      one.start, too_many - 1, (many.start - one.start) / others, (many.end - one.end) / others);
  std::printf("%d workers took %.2f times as long for the job as %d: more workers bring no more CPUs.%s\n\n", too_many,
              many.job / right.job, usable,
              many.job < 0.795 * right.job ? " (Less:\nat other programs' cost, or by CPUs not counted.)" : "");
  std::puts("So make one pool for all jobs, not one for each. 40 jobs of 64 small tasks:\n");
  last_line("A pool for each job", best(pool_for_each_job), "One pool for all", best(one_pool));
}
