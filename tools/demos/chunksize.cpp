// SPDX-License-Identifier: MIT
// chunksize*: A million items in chunks of 1 to 100,000, even and uneven ones: two curves, and what a cut costs.
// Exercise: measure how long the pool itself takes for the million items, in chunks of up to 100,000.
#include <multiprocessing/partial.hpp>
#include <multiprocessing/pool.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <numeric>
#include <stdexcept>
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

const std::vector<int> sizes = {1, 10, 100, 1'000, 10'000, 100'000};

long walk(int item, double steps) {
  auto place = static_cast<unsigned>(item);
  for (auto left = static_cast<int>(steps); left > 0; --left) place = place * 1664525 + 1013904223;
  return place >> 16;
}
long even(int item) { return walk(item, 40); }
long uneven(int item) { return walk(item, 1000 * std::pow(item / 1e6, 8)); }  // the last tenth: 3/5 of all the work

// A chunk as Python's pool sends it: one task, which nobody cuts.
template <long (*work)(int)>
long whole_chunk(int size, int first) {
  long sum = 0;
  for (int item = first; item < first + size; ++item) sum += work(item);
  return sum;
}
template <long (*work)(int)>
std::vector<long> whole_chunks(mp::Pool& pool, int size) {
  std::vector<int> firsts;
  for (int first = 0; first < 1'000'000; first += size) firsts.push_back(first);
  return pool.map(mp::partial(whole_chunk<work>, size), firsts, 1);
}

// How long it takes at each size of chunks, drawn as bars.
template <long (*work)(int)>
std::vector<double> curve(mp::Pool& pool) {
  const long sum_of_all = whole_chunk<work>(1'000'000, 0);
  std::vector<double> times;
  for (const int size : sizes) {
    std::vector<long> sums;
    times.push_back(best([&] { sums = whole_chunks<work>(pool, size); }));
    if (std::accumulate(sums.begin(), sums.end(), 0L) != sum_of_all) throw std::logic_error("a wrong sum");
  }
  const auto [least, most] = std::ranges::minmax(times);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::string bar(static_cast<std::size_t>(1 + 47 * times[i] / most), '#');
    std::printf("  %7d %6.3f s  %s%s\n", sizes[i], times[i], bar.c_str(), times[i] == least ? "  <- shortest" : "");
  }
  return times;
}

int main() {
  mp::Pool pool;
  std::printf("A million items; each chunk is one task. Workers: %d.\n\nEven items:\n", pool.processes());
  curve<even>(pool);
  std::puts("\nUneven items, the later the longer:");
  const std::vector<double> times = curve<uneven>(pool);
  const auto least = std::ranges::min_element(times);
  std::printf(
      "\nChunks of 1: an item travels alone and takes %.0f ns longer than in the best chunks. Chunks of 100,000: the\n"
      "last of the ten is three fifths of the work. In this run they took %.1f times as long as the best ones.\n\n",
      1e3 * (times.front() - *least), times.back() / *least);
  std::puts("So in Python you choose. Here chunksize is a bound: the pool cuts chunks, takes back what a busy worker");
  std::puts("has not begun, and answers each item by itself: a crash costs one item, not its chunk.");
  std::vector<int> items(1'000'000);
  std::iota(items.begin(), items.end(), 0);
  double whole = HUGE_VAL, cut = HUGE_VAL;
  for (int run = 0; run < 3; ++run) {  // in turn, as a busy machine is not equally busy all the time
    const double by_the_pool = seconds([&] { pool.map(uneven, items, 100'000); });  // the key line
    cut = std::min(cut, by_the_pool);
    whole = std::min(whole, seconds([&] { whole_chunks<uneven>(pool, 100'000); }));
  }
  std::printf(
      "The uneven items once more, in turn: whole chunks of 100,000 %.3f s, pool.map(uneven, items, 100'000)\n"
      "%.3f s. In this run to cut them, and to answer each item, %s.\n\n",
      whole, cut, cut < whole ? "gained more than it cost" : "cost as much as it gained, or more");
  const std::string size = "In chunks of " + std::to_string(sizes[static_cast<std::size_t>(least - times.begin())]);
  last_line("Uneven items in chunks of 1", times.front(), size.c_str(), *least);
}
