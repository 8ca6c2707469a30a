// SPDX-License-Identifier: MIT
// openmp: One loop in three ways: OpenMP in the program, a pool that is sent the parts, an array in place.
// Exercise: let the workers turn the shared numbers where they lie: each is sent the number of a part.
#include <multiprocessing/array.hpp>
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

using Numbers = std::vector<unsigned>;
const std::vector<std::size_t> parts{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
constexpr std::size_t size = 250'000;  // of a part

// The loop's body: some work on one number.
unsigned turned(unsigned number) {
  for (int step = 0; step < 40; ++step) number = number * 1664525 + 1013904223;
  return number;
}

void by_loop(Numbers& numbers) {
  for (unsigned& number : numbers) number = turned(number);
}

// Threads of this program share the loop, its memory, and its end if one of them crashes.
void by_openmp(Numbers& numbers, [[maybe_unused]] int threads) {
#ifdef _OPENMP
#pragma omp parallel for num_threads(threads)
#endif
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = turned(numbers[i]);
}

// Each part is copied, sent to a worker, and comes back.
Numbers turned_part(Numbers part) {
  by_loop(part);
  return part;
}
void by_sent_parts(mp::Pool& pool, Numbers& numbers) {
  std::vector<Numbers> sent;
  for (const std::size_t part : parts) sent.emplace_back(&numbers[part * size], &numbers[part * size] + size);
  const std::vector<Numbers> received = pool.map(turned_part, sent, 1);
  for (const std::size_t part : parts) std::ranges::copy(received[part], &numbers[part * size]);
}

// Each worker sees the array, and is told which part is its own. What a crash leaves is a part half turned.
const mp::RawArray<unsigned> shared(16 * size);
void turn_in_place(std::size_t part) {
  for (unsigned& number : shared.span().subspan(part * size, size)) number = turned(number);
}

int main() {
  mp::Pool pool;  // before OpenMP has threads: a fork would not copy them
  const int workers = pool.processes();
  Numbers looped(16 * size);
  std::iota(looped.begin(), looped.end(), 0U);
  Numbers threaded = looped, sent = looped;
  shared.assign(looped);
  std::printf("%zu numbers, each turned 40 times, by %d thread(s) or worker(s). In seconds, the best of three:\n\n",
              looped.size(), workers);
  const double loop = best([&] { by_loop(looped); });
  const double openmp = best([&] { by_openmp(threaded, workers); });
  const double carried = best([&] { by_sent_parts(pool, sent); });
  const double in_place = best([&] { pool.map(turn_in_place, parts, 1); });  // the key line
  if (looped != threaded || looped != sent || looped != shared.to_vector()) throw std::logic_error("wrong numbers");

  const auto row = [&](const char* name, double time, const char* price) {
    std::printf("  %-16s %6.3f   %5.2f x   price: %s\n", name, time, loop / time, price);
  };
  row("a loop", loop, "one CPU does it all");
  row("OpenMP", openmp, "a crash or a data race is the whole program's");
  row("Pool over parts", carried, "16 MB sent, 16 MB sent back");
  row("Array in place", in_place, "shared on purpose, before the pool was made, and nothing guards it");
#ifndef _OPENMP
  std::puts("This program was built without OpenMP: its row is the loop once more.");
#endif
  std::printf(
      "\nTo send the parts took %.1f times as long as to work in place. A crash costs the pool one part. For a loop\n"
      "that never crashes OpenMP is one line, and has nothing to send.\n\n",
      carried / in_place);
  last_line("Parts sent to the pool", carried, "An array in place", in_place);
}
