// SPDX-License-Identifier: MIT
// deadlock: A fork while another thread holds a lock: the child waits for ever for a thread that it does not have.
// Exercise: make the pool that answers, with one worker, where no thread holds the lock yet.
#include <multiprocessing/pool.hpp>
#include <multiprocessing/process.hpp>

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <future>
#include <mutex>
#include <stop_token>
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

std::mutex diary;

int write_down(int what) {
  const std::scoped_lock hold(diary);
  std::this_thread::sleep_for(10ms);
  return what;
}

bool child_answers() {
  mp::Process child(write_down, 1);  // a plain fork()
  child.start();
  const bool ended = child.join(500ms);
  child.kill();
  return ended;
}

bool answers(mp::Pool& pool) { return bool{pool.with({.timeout = 500ms}).try_map(write_down, {1}).front()}; }
void lose_a_worker(mp::Pool& pool) {
  pool.try_map([](int) { raise(SIGKILL); }, {0});
}

bool show(const char* who, bool answered) {
  std::printf("  %-64s %s\n", who, answered ? "answers" : "hangs");
  return answered;
}

int main() {
  std::puts(
      "A diary has a lock, as loggers, caches and libraries have. A fork copies a lock as it is, held or free, but\n"
      "of the threads only the one that forks. Who can write into the diary? (After 0.5 s we call it hanging.)\n");
  mp::Pool early(1);  // the key line
  mp::Pool serverless({.processes = 1, .start_method = mp::StartMethod::fork});
  const bool before = show("A child that is forked while the lock is free:", child_answers());
  std::promise<void> taken;
  const std::jthread thread([&](const std::stop_token& stop) {
    const std::scoped_lock hold(diary);
    taken.set_value();
    while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
  });
  taken.get_future().wait();
  std::puts("Now a thread takes the lock, and keeps it.");
  const bool child = show("A child that is forked now:", child_answers());
  const bool pool = show("A pool that was made before:", answers(early));
  lose_a_worker(early);
  lose_a_worker(serverless);
  const bool replaced = show("The same, its worker killed, replaced by the fork server:", answers(early));
  const bool forked = show("The same without a server (StartMethod::fork):", answers(serverless));
  mp::Pool new_pool(1);
  const bool late = show("A pool that is made now:", answers(new_pool));
  std::puts(
      "\nWhere it hangs, nobody is there who could give the lock back. The pool's fork server has one thread, and\n"
      "the memory of the moment when the pool was made: a lock that was free then is free in all its workers,\n"
      "whenever forked. It is no help where the lock was held at that moment. First the pool, then the threads.\n");
  if (!before || child || !pool || !replaced || forked || late) {
    std::puts("That is not what was to be shown.");
    return 1;
  }
  const double gave_up = best(child_answers);
  const double answered = best([&] { answers(early); });
  last_line("A late fork, given up after", gave_up, "A pool made before, answered after", answered);
}
