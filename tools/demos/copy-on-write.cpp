// SPDX-License-Identifier: MIT
// copy-on-write: What a fork shares and what it copies: 128 MiB, read and written by parent and child.
// Exercise: make the process that does the child's acts with the array; it must see it, not be sent a copy.
#include <multiprocessing/barrier.hpp>
#include <multiprocessing/process.hpp>
#include <multiprocessing/value.hpp>

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <numeric>
#include <span>
#include <string>
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

using Numbers = std::span<int>;
void read_all(Numbers numbers) { [[maybe_unused]] volatile int sum = std::reduce(numbers.begin(), numbers.end()); }
void write_all(Numbers numbers) { std::ranges::transform(numbers, numbers.begin(), std::negate()); }
const mp::Barrier step(2);           // where parent and child wait for each other
const mp::RawValue<double> took(0);  // by the last act, in ms per MiB
pid_t child_pid = 0;

// What the kernel says that a process takes, in MiB.
double memory(pid_t pid, const std::string& kind) {
  std::ifstream lines("/proc/" + std::to_string(pid) + "/smaps_rollup");
  double sum = 0;
  for (std::string word; lines >> word;) {
    double kibibytes = 0;
    if (word.starts_with(kind) && lines >> kibibytes) sum += kibibytes / 1024;
  }
  return sum;
}

void show(const char* what, double arrays) {
  const double together = memory(getpid(), "Pss:") + memory(child_pid, "Pss:");
  const double parent = memory(getpid(), "Private_");
  const double child = memory(child_pid, "Private_");
  std::printf("  %-27s %5.1f %10.1f %10.1f %12.3f\n", what, parent, child, together, took.value());
  if (std::abs(together - 128 * arrays) <= 16) return;
  std::puts("That is not what was to be shown.");
  step.abort();
  std::exit(1);
}

// Parent and child both come here. One of them acts; the parent shows what they have then together: so many arrays.
void act(const char* what, double arrays, bool mine, void (*run)(Numbers), Numbers part) {
  if (mine) took.set(seconds([&] { run(part); }) / static_cast<double>(part.size_bytes() >> 20) * 1000);
  step.wait();
  if (child_pid != 0) show(what, arrays);
  step.wait();
}
void acts(Numbers array, bool child) {
  act("child reads all", 1, child, read_all, array);
  act("child writes the first half", 1.5, child, write_all, array.first(array.size() / 2));
  act("child writes it once more", 1.5, child, write_all, array.first(array.size() / 2));
  act("parent writes the other", 2, !child, write_all, array.last(array.size() / 2));
}

int main() {
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);  // ordinary pages, no huge ones
  std::vector<int> array((128 << 20) / sizeof(int));
  std::puts(
      "128 MiB of numbers. 'Private' is memory that nobody else has; 'together' counts what both have in\n"
      "common once (it is the sum of what Linux calls PSS). In MiB; last, what a MiB of each act took.\n");
  std::printf("%35s %10s %10s %12s\n", "private: parent", "child", "together", "ms per MiB");
  show("before the fork", 1);
  mp::Process child(acts, Numbers(array), true);  // the key line
  took.set(seconds([&] { child.start(); }) / 128 * 1000);
  child_pid = child.pid();
  show("the fork", 1);
  acts(array, false);
  child.join();
  std::puts(
      "\nA fork copies the table of the pages, not the pages. To read copies nothing. The first write to a\n"
      "page that both have is stopped by the kernel, which copies the page for the one who writes, child\n"
      "or parent; the next goes straight on. Now all of it: by four new children, or four times by the parent.\n");
  const double child_writes = best([&] { mp::Process(write_all, Numbers(array)).start(); });  // its destructor joins
  const double parent_writes = best([&] { write_all(array); });
  last_line("Four children, who fork and copy what they write", 4 * child_writes, "One parent", 4 * parent_writes);
}
