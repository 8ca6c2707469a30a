// SPDX-License-Identifier: MIT
// inherited: What a fork copies unasked, random generators and unprinted text, and what it shares: file positions.
// Exercise: give each item a generator of its own, with numbers of its own, but the same in every run.
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
#include <random>
#include <set>
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

const std::vector<int> four{0, 1, 2, 3};
std::mt19937_64 generator(42);
const mp::Barrier meet(4);  // each of four workers takes one item, as none goes on before all have come

unsigned long from_the_global(int) {
  meet.wait();
  return generator() % 1000;
}
unsigned long from_a_stream(int) {
  mp::RandomStream stream = mp::random_stream(42);  // the key line
  meet.wait();
  return stream() % 1000;
}

std::size_t show(const char* how, const std::vector<unsigned long>& numbers) {
  std::printf("  %-32s", how);
  for (const auto number : numbers) std::printf(" %3lu", number);
  std::printf("\n");
  return std::set(numbers.begin(), numbers.end()).size();
}

void forked_with(const std::function<void()>& act) {
  if (fork() == 0) {
    act();
    _exit(0);
  }
  wait(nullptr);
}

int main() {
  std::puts("Copied unasked: a generator of random numbers. Four workers, each draws one number from");
  const std::size_t naive = show("a global std::mt19937_64(42):", mp::Pool(4).map(from_the_global, four, 1));
  const std::size_t cured = show("mp::random_stream(42), by item:", mp::Pool(4).map(from_a_stream, four, 1));

  std::puts("\nCopied unasked: text that waits to be printed. Once written, not ended by a new line, then a fork:");
  std::fflush(stdout);
  std::printf("  naive: Hello!");
  forked_with([] { std::fflush(stdout); });  // as exit() does, and the end of main()
  std::printf("\n  flushed before the fork: Hello!");
  std::fflush(stdout);
  forked_with([] { std::fflush(stdout); });
  std::printf("\n  mp::Process, which flushes: Hello!");
  mp::Process([] {}).start();

  std::puts("\n\nNot copied: the position in an open file. A child reads four letters of it:");
  std::fflush(stdout);
  std::FILE* const file = std::tmpfile();
  if (file == nullptr || std::fputs("abcdefgh", file) < 0 || std::fseek(file, 0, SEEK_SET) != 0) return 1;
  char letters[4];
  forked_with([&] { _exit(read(fileno(file), letters, 4) == 4 ? 0 : 1); });
  const long moved = lseek(fileno(file), 0, SEEK_CUR);
  forked_with([&] { _exit(pread(fileno(file), letters, 4, 0) == 4 ? 0 : 1); });
  const long later = lseek(fileno(file), 0, SEEK_CUR);
  std::fclose(file);
  std::printf("  by read():  the parent was at 0, and is at %ld now\n", moved);
  std::printf("  by pread(): the parent is at %ld still (as with a file that the child opens itself)\n", later);
  std::puts("\nA fork copies memory, meant or not. What the kernel keeps, such as open files, both have in common.\n");
  if (naive != 1 || cured != 4 || moved != 4 || later != 4) throw std::logic_error("not what was to be shown");
  std::vector<unsigned long> drawn(10'000'000);
  const double copied = best([&] { std::ranges::generate(drawn, std::ref(generator)); });
  const double own = best([&] {
    for (std::size_t item = 0; item < 10'000; ++item)
      std::generate_n(&drawn[1000 * item], 1000, mp::RandomStream(42, item));
  });
  last_line("Ten million from the generator", copied, "From a new stream for each thousand", own);
}
