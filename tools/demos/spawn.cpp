// SPDX-License-Identifier: MIT
// spawn: What a fork cannot take over: a held lock, a logger's thread, OpenMP. A new process starts without.
// Exercise: one line is missing, and the first pool that is to be spawned says which.
#include <multiprocessing/init.hpp>
#include <multiprocessing/pool.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

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

// A logger as many programs have one: others leave it their lines, and its thread writes them.
struct Logger {
  int lines = 0, written = 0;
  std::mutex mutex;
  std::condition_variable_any news;
  std::jthread thread{[this](const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    while (news.wait(lock, stop, [this] { return written != lines; })) {
      written = lines;
      news.notify_all();
    }
  }};
};

std::mutex diary;
std::unique_ptr<Logger> logger;  // made when it is first needed
int day = 0;

int write_down(int) {
  const std::scoped_lock hold(diary);
  return 0;
}
int log(int) {
  if (!logger) logger = std::make_unique<Logger>();
  std::unique_lock lock(logger->mutex);
  ++logger->lines;
  logger->news.notify_all();
  logger->news.wait(lock, [] { return logger->written == logger->lines; });
  return 0;
}
int by_openmp(int) {
  int sum = 0;
#ifdef _OPENMP
#pragma omp parallel for num_threads(2) reduction(+ : sum)
#endif
  for (int i = 0; i < 100; ++i) sum += i;
  return sum;
}
int what_day(int) { return day; }

constexpr auto forkserver = mp::StartMethod::forkserver, spawn = mp::StartMethod::spawn;
bool answers(mp::StartMethod method, int (*task)(int)) {
  mp::Pool pool({.processes = 1, .start_method = method});
  return bool{pool.with({.timeout = 500ms}).try_map(task, {0}).front()};
}
int day_in(mp::StartMethod method) { return mp::Pool({.processes = 1, .start_method = method}).apply(what_day, 0); }
void show(const char* what, int (*task)(int)) {
  const bool forked = answers(forkserver, task), spawned = answers(spawn, task);
  std::printf("  %-52s %-10s %s\n", what, forked ? "answers" : "hangs", spawned ? "answers" : "hangs");
}

int main(int argc, char** argv) {
  mp::init(argc, argv);  // the key line
  std::puts("What the program did before (we wait for 0.5 s)         forked     spawned");
  day = 7;
  by_openmp(0);
  log(0);
  show("it logged: its logger has a thread", log);
  show("it ran a loop with OpenMP, as does the task", by_openmp);
  std::unique_lock hold(diary);
  show("it holds a lock that the task needs", write_down);
  std::printf("  %-52s knows %-4d knows %d\n", "it set the global day to 7", day_in(forkserver), day_in(spawn));
  std::puts(
      "\nA fork copies the memory, and no thread but one: what waits for another thread waits for ever. A process\n"
      "that is spawned is this program, started once more, without its main(): nothing is held there, no thread is\n"
      "missing, and nothing that main() did is known. What tasks need is sent, or made by an initializer.\n");
  const double new_process = best([] { answers(spawn, what_day); });
  const double fork = best([] { answers(forkserver, what_day); });
  last_line("A pool of one that is spawned, with one task", new_process, "One that is forked", fork);
}
