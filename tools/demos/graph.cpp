// SPDX-License-Identifier: MIT
// graph: Calls that need each other's values: their picture, who waits for whom, and what is kept meanwhile.
// Exercise: add the halves in a tree, two neighbours at a time, and return what will be their sum.
#include <multiprocessing/array.hpp>
#include <multiprocessing/delayed.hpp>
#include <multiprocessing/pool.hpp>
#include <multiprocessing/worker.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
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

// Who does what when: a row for each of two workers, a letter for 10 ms. Only workers that draw sleep.
const mp::RawArray<char> picture(std::string(230, ' '));
double drawn_from = 0;
char* place() {
  const auto column = static_cast<long>((now() - drawn_from) / 0.010);
  return picture.begin() + 115 * mp::worker_index().value() + std::min(114L, column);
}
void draw(std::string step) {
  if (drawn_from == 0) return;
  char* const from = place();
  std::this_thread::sleep_for(std::chrono::milliseconds(70));
  step.resize(static_cast<std::size_t>(place() - from), ' ');
  std::ranges::copy(step, from);
}

// The steps. A load has its own number in each place, so the sum is the same in whatever order they are added.
using Numbers = std::vector<double>;
Numbers load(int number) {
  draw("|load " + std::to_string(number));
  return Numbers(125'000, number);  // 1 MB
}
Numbers half(const Numbers& loaded) {
  draw("|half " + std::to_string(static_cast<int>(loaded[0])));
  return {loaded.begin(), loaded.begin() + 62'500};
}
Numbers add(const std::vector<Numbers>& parts) {
  draw("|add");
  Numbers sum(62'500);
  for (const Numbers& part : parts) std::ranges::transform(sum, part, sum.begin(), std::plus());
  return sum;
}

mp::Delayed<Numbers> graph(mp::Pool& pool, const std::vector<int>& numbers) {
  std::vector<mp::Delayed<Numbers>> halves;
  for (int number : numbers) {
    const auto loaded = pool.delayed(load)(number).name("load " + std::to_string(number));
    halves.push_back(pool.delayed(half)(loaded).name("half " + std::to_string(number)));
  }
  return mp::tree_reduce(pool.delayed(add), halves, 2).name("sum");  // the key line
}

long peak() {  // of this program's memory so far, in MiB
  std::ifstream status("/proc/self/status");
  const std::string text{std::istreambuf_iterator<char>(status), {}};
  return std::stol(text.substr(text.find("VmHWM:") + 6)) / 1024;
}

int main() {
  mp::Pool drawing({.processes = 2, .initializer = [begin = now()] { drawn_from = begin; }});
  std::printf("A graph of calls, as dot -Tsvg draws it. None has run:\n\n%s\n",
              mp::to_dot(graph(drawing, {0, 1})).c_str());
  graph(drawing, {0, 1, 2, 3, 4, 5, 6, 7}).compute();
  std::puts("compute() runs them. Here eight loads, two workers, a row for each. 70 ms a step, 10 ms a letter:\n");
  std::printf("%.115s|\n%.115s|\n\n", &picture[0], &picture[115]);
  mp::Pool pool(2);
  const std::vector<int> numbers(60, 7);
  Numbers tree, all;
  const double graphs = best([&] { tree = graph(pool, numbers).compute(); });
  const long peak_of_graphs = peak();
  const double maps = best([&] { all = pool.apply(add, pool.map(half, pool.map(load, numbers))); });
  std::printf(
      "No step begins before those that it waits for have ended. Halves are added while loads are still to come,\n"
      "so few values are kept. Now 60 loads of 1 MB, which do not sleep: the program had at most %ld MiB with\n"
      "graphs, and %ld MiB with maps, each of which waits for all of the one before it. The sums are %s.\n\n",
      peak_of_graphs, peak(), tree == all ? "the same" : "NOT the same!");
  last_line("One map after the other", maps, "A graph", graphs);
  return tree == all ? 0 : 1;
}
