// SPDX-License-Identifier: MIT
// chunksize*: A million items in chunks of 1 to 100,000, even and uneven ones: two curves, and who is idle when.
#include <multiprocessing/partial.hpp>
#include <multiprocessing/pool.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

namespace mp = multiprocessing;

// The last line of every demo, and what it needs.
double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
double seconds(const std::function<void()>& run, double begin = now()) { return run(), now() - begin; }
double best(const std::function<void()>& run) { return std::min({seconds(run), seconds(run), seconds(run)}); }
void last_line(const char* demo, const char* one, double first, const char* other, double second) {
  std::printf("%-12s %s %.2f s   %s %.2f s   %.1f x   (best of 3)\n", demo, one, first, other, second, first / second);
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

// How long it takes at each size of chunks, drawn as bars.
template <long (*work)(int)>
std::vector<double> curve(mp::Pool& pool) {
  const long sum_of_all = whole_chunk<work>(1'000'000, 0);
  std::vector<double> times;
  for (const int size : sizes) {
    std::vector<int> firsts;
    for (int first = 0; first < 1'000'000; first += size) firsts.push_back(first);
    std::vector<long> sums;
    times.push_back(best([&] { sums = pool.map(mp::partial(whole_chunk<work>, size), firsts, 1); }));
    if (std::accumulate(sums.begin(), sums.end(), 0L) != sum_of_all) std::puts("A wrong sum!"), std::exit(1);
  }
  const auto [least, most] = std::ranges::minmax(times);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::string bar(static_cast<std::size_t>(48 * times[i] / most), '#');
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
  std::vector<int> items(1'000'000);
  std::iota(items.begin(), items.end(), 0);
  const double cut = best([&] { pool.map(uneven, items, 100'000); });  // the key line
  const auto least = std::ranges::min_element(times);
  const char* rest = pool.processes() == 1         ? "It is alone: nobody waits."
                     : times.back() > 1.2 * *least ? "The others are done, and wait."
                                                   : "The others wait; here they had no CPU anyway.";
  std::printf("\nChunks of 1: an item travels alone and takes %.0f ns longer. ", 1e3 * (times.front() - *least));
  std::printf("Chunks of 100,000: who has\nthe last of the ten has three fifths of the uneven work. %s\n", rest);
  std::puts(
      "So in Python you choose. Here chunksize is an upper bound: the pool cuts long chunks, and takes back what a");
  std::puts("busy worker has not begun. And each item is answered by itself: a crash costs one item, not its chunk.");
  std::printf("So pool.map(uneven, items, 100'000) takes %.3f s.\n\n", cut);
  const std::string size = "chunks of " + std::to_string(sizes[static_cast<std::size_t>(least - times.begin())]);
  last_line("chunksize", "chunks of 1", times.front(), size.c_str(), *least);
}
