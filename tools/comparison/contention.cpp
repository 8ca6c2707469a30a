// SPDX-License-Identifier: MIT
// The same code in n threads of one process and in n processes, each for the same while: how much all of them do,
// against one alone.
#include "contention_loads.hpp"
#include "section.hpp"
#include "turns.hpp"

#include <multiprocessing/array.hpp>
#include <multiprocessing/barrier.hpp>
#include <multiprocessing/process.hpp>

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace compare {
namespace {

namespace mp = multiprocessing;

constexpr std::chrono::seconds patience{20};

// Those that work at the same time, wherever they are. Forks that are made meanwhile have the same.
class Team {
 public:
  Team(const Load& load, int members, std::chrono::nanoseconds time)
      : work_(load.work), time_(time), start_(members), rates_(static_cast<std::size_t>(members)) {
    rates_.fill(-1);
  }

  void take_part(int member) {
    work_();  // what it makes at its first call
    try {
      start_.wait(patience);
    } catch (const mp::BrokenBarrierError&) {
      return;  // somebody is missing; rate() says so
    }
    const auto begin = std::chrono::steady_clock::now();
    auto now = begin;
    double calls = 0;
    for (; now - begin < time_; now = std::chrono::steady_clock::now()) {
      work_();
      ++calls;
    }
    rates_[static_cast<std::size_t>(member)] = calls / std::chrono::duration<double>(now - begin).count();
  }

  void give_up() { start_.abort(); }

  double rate() const {  // calls of all in a second
    if (std::ranges::any_of(rates_, [](double each) { return each < 0; })) {
      throw std::runtime_error("not all of those that were to work at the same time did");
    }
    return std::accumulate(rates_.begin(), rates_.end(), 0.0);
  }

 private:
  void (*work_)();
  std::chrono::nanoseconds time_;
  mp::Barrier start_;
  mp::RawArray<double> rates_;
};

mp::Process started(std::function<void()> body) {
  mp::Process child(std::move(body));
  child.set_daemon(true);  // ends with this process
  child.start();
  return child;
}

double rate_of_processes(const Load& load, int members, std::chrono::nanoseconds time) {
  Team team(load, members, time);
  std::vector<mp::Process> children;
  for (int i = 0; i != members; ++i) children.push_back(started([&team, i] { team.take_part(i); }));
  for (mp::Process& child : children) child.join();
  return team.rate();
}

// In a process of their own: this one never has a second thread, so that serial code is that of a serial program.
double rate_of_threads(const Load& load, int members, std::chrono::nanoseconds time) {
  Team team(load, members, time);
  mp::Process child = started([&] {
    std::vector<std::jthread> threads;
    try {
      for (int i = 0; i != members; ++i) threads.emplace_back([&team, i] { team.take_part(i); });
    } catch (const std::system_error&) {
      team.give_up();
    }
  });
  child.join();
  return team.rate();
}

std::vector<Measured> speed_ups(const Load& load, int members, std::chrono::nanoseconds time) {
  const std::chrono::nanoseconds one_run = time / 20;  // four to a round, of which there are at least four
  const auto speed_up = [&](auto rate_of) {
    return [&, rate_of] { return rate_of(load, members, one_run) / rate_of_processes(load, 1, one_run); };
  };
  return in_turn("speed_up",
                 {{load.name + ": threads", 0, speed_up(rate_of_threads)},
                  {load.name + ": processes", 0, speed_up(rate_of_processes)}},
                 {.time = time * 5 / 6});
}

std::vector<Measured> measure(const Scale& scale) {
  const int members = std::max(2, scale.cpus);
  const std::vector<Load>& loads = contention_loads();
  std::vector<Measured> all;
  for (const Load& load : loads) {
    try {
      append(all, speed_ups(load, members, scale.time / static_cast<long>(loads.size())));
    } catch (const std::runtime_error& error) {
      all.push_back({.chart = "speed_up", .series = load.name, .note = load.name + ": " + error.what()});
    }
  }
  return all;
}

}  // namespace

Section contention_section() {
  return {.name = "contention",
          .title = "The same code in threads and in processes",
          .source = "contention.cpp",
          .charts = {{.name = "speed_up",
                      .title = "What all CPUs do together, against one process with one thread",
                      .unit = "speed-up",
                      .x_axis = Axis::linear,
                      .y_axis = Axis::linear,
                      .level = 1,
                      .how_to_read = "As many threads, or processes, as there are CPUs (at least two) run the same "
                                     "code for the same while; the speed-up is how much they do together, over what "
                                     "one process with one thread does in that time. The ideal is the number of CPUs; "
                                     "below the broken line, at 1, it is faster to work alone. C++ has no interpreter "
                                     "lock, yet threads share what a process has for itself: a library behind one lock "
                                     "runs one of them at a time, a shared_ptr that all copy has one counter, each "
                                     "stream counts in the global locale, and all allocate from one heap. Besides, the "
                                     "standard library spares code that is alone in its process the atomic "
                                     "instructions. Arithmetic shares nothing."}},
          .measure = measure};
}

}  // namespace compare
