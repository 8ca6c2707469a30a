// SPDX-License-Identifier: MIT
// pickling*: What can be sent to a worker and what not, in words of the compiler, the run and Python; the ways out.
// Exercise: triple 1, 2 and 3 in the pool by the function `times`, whose first argument is bound to 3.
#include <multiprocessing/multiprocessing.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
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

#ifndef INCLUDE_FOLDERS  // CMake knows them
#define INCLUDE_FOLDERS "$(pkg-config --cflags multiprocessing)"
#endif
const char* const refused = R"(  #include <multiprocessing/multiprocessing.hpp>
  namespace mp = multiprocessing;
  void f(mp::Pool& pool, int factor, int* pointer, mp::Lock& lock) {
    pool.apply([factor](int number) { return factor * number; }, 1);
      // Python: AttributeError: Can't pickle local object 'outer.<locals>.<lambda>'
    pool.apply([](int* number) { return *number; }, pointer);
      // Python: ValueError: ctypes objects containing pointers cannot be pickled
    pool.apply([](const mp::Lock&) {}, lock);
      // Python: RuntimeError: Lock objects should only be shared between processes through inheritance
    pool.apply([](int& number) { ++number; }, 1);
      // Python: lost, and nobody says so
  }
)";

void say(const char* who, std::string words) {
  words.resize(std::min(words.size(), words.find('\n')));  // its first line
  for (std::size_t end = 95; words.size() > end; end += 110) words.replace(words.rfind(' ', end), 1, "\n            ");
  std::printf("    %-7s %s\n", who, words.c_str());
}

// Shows what the compiler at hand says of a program. False if it lets it pass.
bool compile(const std::string& program) {
  std::fflush(stdout);
  const std::string command = "LC_ALL=C ${CXX:-c++} -std=c++20 -fsyntax-only " INCLUDE_FOLDERS " -xc++ - 2>&1 <<E\n";
  std::FILE* const output = popen((command + program + "E\n").c_str(), "r");
  char line[4096];
  while (std::fgets(line, sizeof line, output) != nullptr) {
    if (const char* const words = std::strstr(line, "error:")) say("", words);
  }
  const int status = pclose(output);
  if (WEXITSTATUS(status) == 127) say("", "Nothing: there is no compiler here (c++, or what CXX names).");
  return status != 0;
}

struct Ticket {
  void serialize(auto&) { throw std::runtime_error("a ticket is not transferable"); }
};
int times(int factor, int number) { return factor * number; }
long below(const std::vector<double>& table, double limit) {
  return std::ranges::count_if(table, [&](double number) { return number < limit; });
}
void show(const char* how, const std::vector<int>& found) {
  std::printf("  %s: %d %d %d\n", how, found.at(0), found.at(1), found.at(2));
}

int main() {
  std::printf("Data is sent by value, code by name. What cannot be sent, Python (3.11) says as it runs:\n%s", refused);
  std::puts("The compiler here makes no program of that. It says, in an order of its own:");
  if (!compile(refused)) return 1;
  mp::Pool pool(2);
  std::puts(
      "\nA result that cannot be sent is found out when it is there, here and in Python as a MaybeEncodingError:");
  say("here:", pool.try_map([](int) { return Ticket(); }, {1}).front().message());
  std::puts("A lambda without captures is code only, and code has an address, which is the same in each worker:");
  show("  here:   it works", pool.map([](int number) { return 3 * number; }, {1, 2, 3}));
  say("Python:", "PicklingError: Can't pickle <function <lambda>>: attribute lookup <lambda> on __main__ failed");
  std::puts("\nThe ways out:");
  const std::vector<int> bound = pool.map(mp::partial(times, 3), {1, 2, 3});  // the key line
  show("bind values: mp::partial(times, 3), as functools.partial (dill would send a lambda)", bound);
  const auto triple = [factor = 3](int number) { return factor * number; };
  show("inherit: mp::fork_map(triple, items), a lambda that captures", mp::fork_map(triple, {1, 2, 3}));
  const std::vector<double> table(500'000, 0.5), limits(20, 1);
  std::puts("\nA table of 4 MB, sent with each of 20 questions, or inherited by a worker that is forked for them:");
  const auto ask = [&](double limit) { pool.apply(below, table, limit); };
  const double sent = best([&] { std::ranges::for_each(limits, ask); });
  const double inherited = best([&] { mp::fork_map([&](double limit) { return below(table, limit); }, limits, 1); });
  last_line("The table sent with each question", sent, "Inherited", inherited);
  return bound == std::vector<int>{3, 6, 9} ? 0 : 1;
}
