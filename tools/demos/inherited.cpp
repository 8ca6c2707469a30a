// SPDX-License-Identifier: MIT
// inherited: What a fork copies unasked, random generators and unprinted text, and what it shares: file positions.
#include <multiprocessing/barrier.hpp>
#include <multiprocessing/pool.hpp>
#include <multiprocessing/process.hpp>
#include <multiprocessing/random_stream.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <iostream>
#include <random>
#include <set>
#include <vector>

namespace mp = multiprocessing;

// The last line of every demo, and what it needs.
double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
double seconds(const std::function<void()>& run, double begin = now()) { return run(), now() - begin; }
double best(const std::function<void()>& run) { return std::min({seconds(run), seconds(run), seconds(run)}); }
void last_line(const char* demo, const char* one, double first, const char* other, double second) {
  std::printf("%-12s %s %.2f s   %s %.2f s   %.1f x   (best of 3)\n", demo, one, first, other, second, first / second);
}

const std::vector<int> four{0, 1, 2, 3};
std::mt19937_64 generator(42);
const mp::Barrier meet(4);

// Each of four workers takes one, as none goes on before all have come.
unsigned long from_the_global(int) { return meet.wait(), generator() % 1000; }
unsigned long from_a_stream(int) {
  mp::RandomStream stream = mp::random_stream(42);  // the key line
  return meet.wait(), stream() % 1000;
}

std::size_t show(const char* how, const std::vector<unsigned long>& numbers) {
  std::printf("  %-32s", how);
  for (const auto number : numbers) std::printf(" %3lu", number);
  std::printf("\n");
  return std::set(numbers.begin(), numbers.end()).size();
}

void forked_with(const std::function<void()>& act) {
  if (fork() == 0) act(), _exit(0);
  wait(nullptr);
}

int main() {
  std::cout << "Copied unasked: a generator of random numbers. Four workers, each draws one number from\n";
  const std::size_t naive = show("a global std::mt19937_64(42):", mp::Pool(4).map(from_the_global, four, 1));
  const std::size_t cured = show("mp::random_stream(42), by item:", mp::Pool(4).map(from_a_stream, four, 1));

  std::cout << "\nCopied unasked: text that waits to be printed. Once written, not ended by a new line, then a fork:\n";
  std::cout << std::flush << "  naive: Hello!";
  forked_with([] { std::cout << std::flush; });  // as exit() does, and the end of main()
  std::cout << "\n  flushed before the fork: Hello!" << std::flush;
  forked_with([] { std::cout << std::flush; });
  std::cout << "\n  mp::Process, which flushes: Hello!";
  mp::Process([] {}).start();

  std::cout << "\n\nNot copied: the position in an open file. A child reads four letters of it:\n" << std::flush;
  std::FILE* const file = std::tmpfile();
  if (file == nullptr || std::fputs("abcdefgh", file) < 0 || std::fseek(file, 0, SEEK_SET) != 0) return 1;
  char letters[4];
  forked_with([&] { _exit(read(fileno(file), letters, 4) == 4 ? 0 : 1); });
  const long moved = lseek(fileno(file), 0, SEEK_CUR);
  forked_with([&] { _exit(pread(fileno(file), letters, 4, 0) == 4 ? 0 : 1); });
  const long later = lseek(fileno(file), 0, SEEK_CUR);
  std::fclose(file);
  std::printf("  by read():  the parent was at 0, and is at %ld now\n", moved);
  std::printf("  by pread(): the parent is at %ld still (as with a file that the child opens itself)\n\n", later);
  std::cout
      << "A fork copies memory, meant or not. What the kernel keeps, such as open files, both have in common.\n\n";
  if (naive != 1 || cured != 4 || moved != 4 || later != 4) return std::puts("That is not what was to be shown."), 1;
  std::vector<unsigned long> drawn(10'000'000);
  mp::RandomStream stream(42, 0);
  const double twister = best([&] { std::ranges::generate(drawn, std::ref(generator)); });
  last_line("inherited", "mt19937", twister, "stream", best([&] { std::ranges::generate(drawn, std::ref(stream)); }));
}
