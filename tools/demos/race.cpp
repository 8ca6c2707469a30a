// SPDX-License-Identifier: MIT
// race: A counter that two processes share: without a lock, with one, atomically; and the holder is killed.
// Exercise: let one process at a time add its one; and nobody may have to remember to give the lock back.
#include <multiprocessing/barrier.hpp>
#include <multiprocessing/process.hpp>
#include <multiprocessing/value.hpp>

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <mutex>

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

constexpr long many = 1'000'000;
const mp::RawValue<std::atomic<long>> counter;
const mp::RawValue<std::atomic<bool>> flag;
const mp::RawValue<long> mine(50), yours(50);
const mp::Barrier both(2);
const mp::Lock lock;

void in_two_steps() { counter.set(counter.value() + 1); }
void in_slow_motion() {
  const long seen = counter.value();
  both.wait();  // by now both have read
  counter.set(seen + 1);
  both.wait();
}
void with_a_lock() {
  const std::scoped_lock hold(lock);  // the key line
  in_two_steps();
}
void atomically() { ++counter.get_obj(); }

void count(long times, void (*add_one)()) {
  const auto work = [=] {
    for (long i = 0; i < times; ++i) add_one();
  };
  mp::Process one(work), other(work);  // their destructors join
  counter.set(0);
  one.start();
  other.start();
}

long lost(const char* how, long times, void (*add_one)()) {
  count(times, add_one);
  std::printf("  %-14s 2 x %7ld = %7ld   lost: %ld\n", how, times, counter.value(), 2 * times - counter.value());
  return 2 * times - counter.value();
}

void die_in_the_middle() {
  flag.set(true);
  lock.acquire();
  mine.set(mine.value() - 10);
  raise(SIGKILL);
  yours.set(yours.value() + 10);
}

int main() {
  std::puts("Two processes add 1 to a counter in shared memory: read it, write one more. Together they count to\n");
  const bool forced = lost("in slow motion", 100, in_slow_motion) == 100;
  lost("at full speed", many, in_two_steps);
  const bool safe = lost("with a lock", many, with_a_lock) + lost("atomically", many, atomically) == 0;
  std::puts(
      "\nIn slow motion both read before either writes, so both write the same: half is lost, on any machine.\n"
      "At full speed it is left to chance: maybe nothing, so that no test sees it. A lock lets one in at a\n"
      "time; an atomic addition is one step, and nothing comes between.\n");
  mp::Process(die_in_the_middle).start();
  const bool told = flag.value() && lock.acquire(std::chrono::seconds(10)) && lock.abandoned();
  std::puts(
      "A process has the lock, moves 10 from one 50 to another 50, and is killed half way. Who comes next\n"
      "  to a lock that is a mere flag: finds it set, by a dead process, and waits for ever;");
  std::printf("  to an mp::Lock: is told to look (abandoned()), and finds %ld + %ld.\n\n", mine.value(), yours.value());
  if (!forced || !safe || !told || mine.value() != 40) {
    std::puts("That is not what was to be shown.");
    return 1;
  }
  lock.release();
  const double locked = best([] { count(many, with_a_lock); });
  const double atomic = best([] { count(many, atomically); });
  last_line("Two million additions under the lock", locked, "Atomic ones", atomic);
}
