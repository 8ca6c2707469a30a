// SPDX-License-Identifier: MIT
// asynchronous: One thread that waits for many at once, as asyncio does; what it cannot do, and how workers help.
// Exercise: hand the computing to the pool, and let the loop that waits for the answers wait for the results, too.
#include <multiprocessing/as_completed.hpp>
#include <multiprocessing/pool.hpp>

#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
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

// A question to a network, here to the kernel's clock: its answer can be read after 50 ms.
int ask() {
  const int answer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  const itimerspec in_50_ms{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_nsec = 50'000'000}};
  if (answer < 0 || timerfd_settime(answer, 0, &in_50_ms, nullptr) != 0) throw std::runtime_error("no timer");
  return answer;
}

// An event loop, the heart of asyncio: one thread asks, waits for all answers at once, and handles what has come.
double least_late = 0;  // for how long the last answer lay before the loop saw it, in the best run
int taken = 0;          // results of workers
unsigned sum = 0;       // of them
using Results = mp::AsCompleted<unsigned>;
void event_loop(const std::function<void(int, Results&)>& handle) {
  Results results;
  std::vector<pollfd> waits{{results.fileno(), POLLIN, 0}};
  for (int question = 0; question < 10; ++question) waits.push_back({ask(), POLLIN, 0});
  const double due = now() + 0.05;
  double late = 0;
  for (int handled = 0; handled < 10 || results.size() != 0;) {
    poll(waits.data(), waits.size(), -1);
    if (waits[0].revents != 0) {
      sum += results.next().value();  // it is there: next() does not wait
      ++taken;
    }
    for (pollfd& wait : waits) {
      if (wait.revents == 0 || &wait == &waits[0]) continue;
      late = now() - due;
      close(wait.fd);
      wait = {-1, 0, 0};  // waited for no more
      handle(handled++, results);
    }
  }
  least_late = std::min(least_late, late);
}

// What is to be done with an answer, and needs a CPU.
unsigned compute(int answer) {
  auto number = static_cast<unsigned>(answer);
  for (int step = 0; step < 10'000'000; ++step) number = number * 1664525 + 1013904223;
  return number;
}

int main() {
  mp::Pool pool;
  std::puts("Ten questions, each answered after 50 ms: asked one after the other they would take half a second. One");
  std::printf("thread that waits for all at once takes %.3f s. To wait needs no CPU.\n\n",
              best([] { event_loop([](int, Results&) {}); }));

  least_late = 1e9;
  unsigned computed = 0;
  const double alone = best([&] { event_loop([&](int answer, Results&) { computed += compute(answer); }); });
  std::puts("Now each answer needs computing. Who computes does not wait: meanwhile the loop is deaf.");
  std::printf("  computed in the loop: %.3f s; the last answer lay for %.3f s\n", alone, least_late);

  least_late = 1e9;
  const double helped = best([&] {
    event_loop([&](int answer, Results& results) { results.add(pool.apply_async(compute, answer)); });  // the key line
  });
  if (sum != computed) throw std::logic_error("not what was to be computed");
  std::printf("  by %2d worker(s):      %.3f s; the last answer lay for %.3f s\n\n", pool.processes(), helped,
              least_late);
  std::printf(
      "apply_async() comes back at once, and the loop goes on to wait: for answers, and for the descriptor that says\n"
      "that a result is there. It took %d results in three runs, in the order in which the workers were done.\n"
      "So asyncio is one thread and many waits, and no second CPU: for computing it needs workers, too.\n\n",
      taken);
  last_line("Computed in the event loop", alone, "By workers beside it", helped);
}
