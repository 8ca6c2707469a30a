// SPDX-License-Identifier: MIT
// isolation*: A child process has the same addresses and values of its own; a thread has the same of both.
// Exercise: make a child process that runs `what`.
#include <multiprocessing/process.hpp>
#include <multiprocessing/value.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <thread>

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

int global = 1;
const auto heap = std::make_unique<int>(1);
const mp::RawValue<int> shared(1);

void show(const char* who) {
  std::printf("  %-17s", who);
  for (int* number : {&global, heap.get(), &shared.get_obj()}) {
    std::printf("   %d at %p", *number, static_cast<void*>(number));
  }
  std::printf("\n");
}

void add_one() {
  ++global;
  ++*heap;
  ++shared.get_obj();
}

void in_a_process(void (*what)()) {
  mp::Process child(what);  // the key line
  child.start();
  child.join();
}

void in_a_thread(void (*what)()) {
  std::thread thread(what);
  thread.join();
}

void thousand_times(void (*run_in)(void (*)())) {
  for (int i = 0; i < 1000; ++i) run_in(add_one);
}

int main() {
  std::puts(
      "Three numbers, all 1: one is global, one on the heap, one in memory that is shared on purpose.\n"
      "First a child process adds 1 to each, then a thread. At which addresses, and who sees what?\n");
  std::printf("  %-17s   %-19s   %-19s   %s\n", "", "global", "heap", "shared (mp::RawValue)");
  show("before");
  in_a_process([] {
    add_one();
    show("in the process");
  });
  show("after the process");
  const bool isolated = global == 1 && *heap == 1 && shared.value() == 2;
  in_a_thread([] {
    add_one();
    show("in the thread");
  });
  show("after the thread");
  const bool together = global == 2 && *heap == 2 && shared.value() == 3;
  if (!isolated || !together) {
    std::puts("\nThat is not what was to be shown.");
    return 1;
  }

  std::puts(
      "\nThe addresses never change. But an address is only a number, which each process looks up in a table\n"
      "of its own. The child began as a copy of its parent; it changed its copies, and they ended with it.\n"
      "Only what is shared on purpose was changed for both. A thread looks up in the table of its process:\n"
      "all that it did is still there. So what a process finds out must be sent (Pool, Queue, Pipe), or\n"
      "lie in shared memory (Value, Array).\n\n"
      "That wall has a price. Each adds 1 to the three: 1000 processes, one after the other, and 1000\n"
      "threads.");
  const double processes = best([] { thousand_times(in_a_process); });
  const double threads = best([] { thousand_times(in_a_thread); });
  last_line("1000 processes", processes, "1000 threads", threads);
}
