// SPDX-License-Identifier: MIT
// pickling*: What can be sent to a worker and what not, in words of the compiler, the run and Python; the ways out.
#include <multiprocessing/multiprocessing.hpp>

#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <iostream>
#include <stdexcept>
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

void say(const char* what, std::string here, const char* python) {
  for (std::size_t end = 95; here.size() > end; end += 110) here.replace(here.rfind(' ', end), 1, "\n            ");
  std::cout << "  " << what << "\n    here:   " << here << "\n    Python: " << python << '\n';
}

template <class Error, class R>
std::string error_of(const std::vector<mp::Outcome<R>>& outcomes) {
  const Error* const error = outcomes.at(0).template error_as<Error>();
  return error != nullptr ? error->what() : throw std::logic_error("it was sent, whatever this story says");
}

struct Ticket {
  void serialize(auto&) { throw std::runtime_error("a ticket is not transferable"); }
};

int times(int factor, int number) { return factor * number; }
long below(const std::vector<double>& table, double limit) {
  return std::ranges::count_if(table, [&](double number) { return number < limit; });
}

int main() {
  mp::Pool pool(2);
  std::cout
      << "Data is sent by value, code by name. What cannot be sent, the compiler refuses; Python (3.11) fails later:\n";
  say("a lambda that captures", "\"this function object carries state that cannot be sent to a worker\"",
      "AttributeError: Can't pickle local object 'outer.<locals>.<lambda>'");
  say("a raw pointer", "\"a raw pointer cannot be sent to another process: it would arrive dangling\"",
      "ValueError: ctypes objects containing pointers cannot be pickled");
  say("a Lock", "\"such an object should only be shared between processes through inheritance\"",
      "RuntimeError: Lock objects should only be shared between processes through inheritance");
  say("an argument to write to", "\"the function takes a non-const reference: what it writes there would be lost\"",
      "lost, and nobody says so");

  std::cout << "\nWhat only the run can show:\n";
  say("a result that cannot be sent",
      "MaybeEncodingError: " + error_of<mp::MaybeEncodingError>(pool.try_map([](int) { return Ticket(); }, {1})),
      "MaybeEncodingError: Error sending result: '[<generator ...>]'. Reason: 'TypeError(...)'");
  void* const late = dlopen("libz.so.1", RTLD_NOW | RTLD_NOLOAD) ? nullptr : dlopen("libz.so.1", RTLD_NOW);
  const auto bound = late ? reinterpret_cast<unsigned long (*)(unsigned long)>(dlsym(late, "compressBound")) : nullptr;
  say("a function that came too late",
      late ? "PicklingError: " + error_of<mp::PicklingError>(pool.try_map(bound, {1UL}))
           : "(this system has no library to show it with)",
      "AttributeError: Can't get attribute 'late' on <module '__main__'>, in the worker; map() waits for ever");

  std::cout
      << "\nThe ways out:\n  bind values: mp::partial(times, 3), as functools.partial (dill would send a lambda):";
  for (const int product : pool.map(mp::partial(times, 3), {1, 2, 3})) std::cout << ' ' << product;  // the key line
  std::cout << "\n  inherit: mp::fork_map(triple, items), where triple is a lambda that captures:";
  const auto triple = [factor = 3](int number) { return factor * number; };
  for (const int product : mp::fork_map(triple, {1, 2, 3})) std::cout << ' ' << product;
  if (late) std::cout << "\n  load the library before the pool is made: " << mp::Pool(1).apply(bound, 1000UL);

  const std::vector<double> table(500'000, 0.5), limits(50, 1);
  std::cout
      << "\n\nA table of 4 MB, sent with each of 50 questions, or inherited by a worker that is forked for them:\n";
  const auto ask = [&](double limit) { pool.apply(below, table, limit); };
  const double sent = best([&] { std::ranges::for_each(limits, ask); });
  const double inherited = best([&] { mp::fork_map([&](double limit) { return below(table, limit); }, limits, 1); });
  last_line("pickling", "sent", sent, "inherited", inherited);
}
