// SPDX-License-Identifier: MIT
// pi*: Ten million darts, thrown by a loop, processes, threads, and threads under one big lock, as Python's.
// Exercise: let nobody throw who does not hold the big lock, and give it back at the end, whatever happens.
#include <multiprocessing/pool.hpp>
#include <multiprocessing/random_stream.hpp>
#include <multiprocessing/serial_pool.hpp>
#include <multiprocessing/thread_pool.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <mutex>
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

constexpr long darts = 1'000'000;
std::mutex big_lock;  // what Python calls its GIL: who runs must hold it
std::atomic<int> holders = 0;

// How many of a task's darts hit the quarter circle. A task has random numbers of its own, whoever throws.
long hits(int task) {
  mp::RandomStream random = mp::random_stream(7, static_cast<std::uint64_t>(task));
  long inside = 0;
  for (long dart = 0; dart < darts; ++dart) {
    const double x = 0x1p-64 * static_cast<double>(random());
    const double y = 0x1p-64 * static_cast<double>(random());
    if (x * x + y * y < 1) ++inside;
  }
  return inside;
}

long hits_with_lock(int task) {
  const std::lock_guard only_me(big_lock);  // the key line
  if (++holders > 1) throw std::logic_error("two of one process throw at once");
  const long inside = hits(task);
  --holders;
  return inside;
}

// Its time. Whoever throws, the answer must be the same, to the last digit.
template <class Pool>
double run(const char* who, Pool& pool, long (*function)(int)) {
  static double first_answer = 0;
  long inside = 0;
  const double time = best([&] {
    const std::vector<long> found = pool.map(function, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 1);
    inside = std::accumulate(found.begin(), found.end(), 0L);
  });
  const double pi = 4.0 * static_cast<double>(inside) / (10.0 * darts);
  std::printf("  %-24s pi = %.6f   %.3f s\n", who, pi, time);
  if (first_answer == 0) first_answer = pi;
  if (first_answer != pi) throw std::logic_error("this answer differs from the first");
  return time;
}

int main() {
  mp::SerialPool loop;
  mp::Pool processes;
  mp::ThreadPool threads(processes.processes());
  std::printf("10 tasks of %ld darts. Of all that hit a square, pi / 4 are in its quarter circle. Workers: %d.\n\n",
              darts, processes.processes());
  const double serial = run("serial", loop, hits);
  run("processes", processes, hits);
  const double free_threads = run("threads", threads, hits);
  const double locked = run("threads, one lock", threads, hits_with_lock);
  const double copies = run("processes, a lock each", processes, hits_with_lock);

  std::printf(
      "\nThe same darts and the same answer, whoever throws. Threads share the lock: while one throws, the others\n"
      "wait. So do threads in Python, unless it was built without its lock. In this run they took %.1f times as\n"
      "long with the lock as without.\n",
      locked / free_threads);
  std::printf(
      "Processes run the same code, but fork() copied the lock: each has its own, and waits for nobody.\n"
      "That is why Python has multiprocessing. In this run they were %.1f times as fast as the loop%s.\n\n",
      serial / copies, processes.processes() == 1 ? ": one CPU is no more than a loop has" : "");
  last_line("Threads under one lock", locked, "Processes with a lock each", copies);
}
