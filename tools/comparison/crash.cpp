// SPDX-License-Identifier: MIT
// The same null pointer in one of 1,000 items, in a pool of processes and in a pool of threads.
#include "section.hpp"
#include "turns.hpp"

#include <multiprocessing/pool.hpp>
#include <multiprocessing/thread_pool.hpp>
#include <multiprocessing/value.hpp>

#include "isolated.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <stdexcept>

namespace compare {
namespace {

namespace mp = multiprocessing;

constexpr int all_items = 1000;
constexpr int bad_item = 500;
constexpr std::chrono::seconds patience{30};

void use_null_pointer() {
  volatile int* volatile nowhere = nullptr;
  *nowhere = 1;
}

int stumble(int item) {
  if (item == bad_item) use_null_pointer();
  return item;
}

// A limit of 1 byte: too little for a file, and unlike 0 it also counts where crashes are piped into a program.
void write_no_core() {
  rlimit limit{};
  ::getrlimit(RLIMIT_CORE, &limit);
  limit.rlim_cur = std::min<rlim_t>(1, limit.rlim_max);
  ::setrlimit(RLIMIT_CORE, &limit);
}

template <class AnyPool>
double items_left(int workers) {
  std::vector<int> items(all_items);
  std::iota(items.begin(), items.end(), 0);
  AnyPool pool(workers);
  const auto outcomes = pool.try_map(stumble, items);
  return static_cast<double>(std::ranges::count_if(outcomes, [](const auto& each) { return static_cast<bool>(each); }));
}

// A program with threads does not live to count what it has: then nothing is left.
class ThreadedProgram {
 public:
  double items_left(int workers) {
    const measuring::Isolated program = measuring::run_isolated(
        [&](int fd) {
          const double left = compare::items_left<mp::ThreadPool>(workers);
          return measuring::write_all(fd, std::to_string(left)) ? 0 : 1;
        },
        patience);
    end_ = program.failure.empty() ? "it ended orderly" : program.failure;
    return program.text.empty() ? 0 : std::stod(program.text);
  }
  std::string end() const { return end_; }

 private:
  std::string end_;
};

std::vector<Measured> left(const Scale& scale) {
  const int workers = std::clamp(scale.cpus, 2, 8);
  ThreadedProgram threads;
  auto result = in_turn("left",
                        {{"Pool", 0, [&] { return items_left<mp::Pool>(workers); }},
                         {"ThreadPool", 0, [&] { return threads.items_left(workers); }}},
                        {.time = scale.time / 3, .most_samples = 11});
  result.back().note = "the program with a ThreadPool: " + threads.end();
  return result;
}

using Clock = std::chrono::steady_clock;
using Moment = mp::RawValue<Clock::rep>;  // all processes have the same clock

double milliseconds_since(const Moment& moment) {
  return std::chrono::duration<double, std::milli>(Clock::now() - Clock::time_point(Clock::duration(moment.value())))
      .count();
}

// Set before the pool forks, so that its worker can say when it crashed.
std::optional<Moment> crashed;

void note_time_and_crash() {
  crashed->set(Clock::now().time_since_epoch().count());
  use_null_pointer();
}

class Recovery {
 public:
  double until_known() {
    crash();
    return milliseconds_since(*crashed);
  }
  double until_answer() {
    crash();
    pool_.apply([] {});
    return milliseconds_since(*crashed);
  }

 private:
  void crash() {
    try {
      pool_.apply(note_time_and_crash);
    } catch (const mp::WorkerLost&) {
      return;
    }
    throw std::runtime_error("a worker that used a null pointer lives");
  }

  mp::Pool pool_{1};
};

std::vector<Measured> recovery(const Scale& scale) {
  crashed.emplace(0);
  Recovery pool;
  return in_turn("recovery",
                 {{"Pool", 0, [&] { return pool.until_answer(); }},
                  {"Pool, until the error is known", 0, [&] { return pool.until_known(); }}},
                 {.time = scale.time / 2});
}

std::vector<Measured> measure(const Scale& scale) {
  write_no_core();
  std::vector<Measured> all = left(scale);
  append(all, recovery(scale));
  crashed.reset();
  return all;
}

}  // namespace

Section crash_section() {
  return {.name = "crash",
          .title = "A null pointer in one item",
          .source = "crash.cpp",
          .charts = {{.name = "left",
                      .title = "Items that have a result after one of 1,000 used a null pointer",
                      .unit = items_unit,
                      .y_axis = Axis::linear,
                      .how_to_read = "Both pools get the same 1,000 items, and the same one of them writes through a "
                                     "null pointer. A worker process dies alone: its item has an error that names the "
                                     "signal, and the Pool gives the items behind it to others. A thread takes the "
                                     "whole program with it, and with the program the results that were ready in its "
                                     "memory."},
                     {.name = "recovery",
                      .title = "From the crash until the worker answers again",
                      .unit = "ms",
                      .how_to_read = "The worker notes the time right before it crashes. The kernel ends it, the Pool "
                                     "learns of that and reports the error, which names the function; another process "
                                     "is forked in its place, in a program as small as this one, and answers an empty "
                                     "task. After a crash a program with threads has to be started anew by somebody."}},
          .measure = measure};
}

}  // namespace compare
