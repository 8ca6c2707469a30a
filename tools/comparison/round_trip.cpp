// SPDX-License-Identifier: MIT
// One empty task at a time: how long it takes until its answer is there, and what CPU time that needs.
#include <multiprocessing/pool.hpp>
#include <multiprocessing/thread_pool.hpp>

#include "kernel_peers.hpp"
#include "pair.hpp"
#include "section.hpp"
#include "wall_and_cpu.hpp"

#include <future>
#include <memory>
#include <utility>

namespace compare {
namespace {

namespace mp = multiprocessing;
using namespace measuring;

constexpr const char* spinning_name = "spinning pair, two processes";
constexpr int contenders_in_all = 12;
constexpr int samples_wanted = 20;
constexpr double microsecond = 1e-6;

// Asks `ask` for one answer after the other.
template <class Ask>
auto one_by_one(Ask ask) {
  return [ask](long count) {
    for (long i = 0; i != count; ++i) {
      const int item = static_cast<int>(i % 1000);
      check_answer(item, ask(item));
    }
  };
}

template <class SomePair>
auto trips_of(SomePair& pair) {
  return [&pair](long count) { pair.round_trips(count); };
}

std::vector<Measured> measure(const Scale& scale) {
  // First what forks, so that no other thread is there then.
  TwoProcesses<FutexWay> futex;
  TwoProcesses<PipeWay> pipe;
  TwoProcesses<EventfdWay> eventfd;
  TwoProcesses<QueueWay<int>> queue_of_processes;
  std::unique_ptr<TwoProcesses<SpinningWay>> spinning;
  if (scale.cpus > 1) {
    spinning = std::make_unique<TwoProcesses<SpinningWay>>();
    spinning->there().rest();
  }
  mp::Pool pool(scale.cpus);
  mp::Pool spawned({.processes = scale.cpus, .start_method = mp::StartMethod::spawn});
  mp::Pool forked({.processes = scale.cpus, .start_method = mp::StartMethod::fork});
  mp::ThreadPool thread_pool(scale.cpus);
  TwoThreads<QueueWay<int>> queue_of_threads;

  const auto time = scale.time / (contenders_in_all * (samples_wanted + 2));
  const auto contender = [&](const char* series, std::function<void(long)> work, std::vector<pid_t> others = {},
                             std::function<void()> rest = {}) {
    return TwoChartContender{series, 0,
                             WallAndCpu({.work = std::move(work),
                                         .others = std::move(others),
                                         .rest = std::move(rest),
                                         .time = time,
                                         .unit = microsecond})};
  };
  std::vector<TwoChartContender> all{
      contender("plain call", one_by_one(&empty_task)),
      contender("ThreadPool", one_by_one([&](int item) { return thread_pool.apply(&empty_task, item); })),
      contender("Pool", one_by_one([&](int item) { return pool.apply(&empty_task, item); }), pool.worker_pids()),
      contender("Pool, StartMethod::fork", one_by_one([&](int item) { return forked.apply(&empty_task, item); }),
                forked.worker_pids()),
      contender("Pool, StartMethod::spawn", one_by_one([&](int item) { return spawned.apply(&empty_task, item); }),
                spawned.worker_pids()),
      contender("std::async",
                one_by_one([](int item) { return std::async(std::launch::async, &empty_task, item).get(); })),
      contender("Queue between two threads", trips_of(queue_of_threads)),
      contender("Queue between two processes", trips_of(queue_of_processes), {queue_of_processes.other().pid()}),
      contender("futex, two processes", trips_of(futex), {futex.other().pid()}),
      contender("pipe, two processes", trips_of(pipe), {pipe.other().pid()}),
      contender("eventfd, two processes", trips_of(eventfd), {eventfd.other().pid()})};
  if (spinning) {
    const auto rest = [&] { spinning->there().rest(); };
    all.push_back(contender(spinning_name, trips_of(*spinning), {spinning->other().pid()}, rest));
  }
  const std::array<std::string, 2> charts{"wall", "cpu"};
  std::vector<Measured> result = in_turn(charts, all, {.time = scale.time});
  if (!spinning) {
    for (const std::string& chart : charts) {
      result.push_back({.chart = chart,
                        .series = spinning_name,
                        .note = "A spinning pair needs two CPUs, and this process may use only one."});
    }
  }
  return result;
}

}  // namespace

Section round_trip_section() {
  return {.name = "round_trip",
          .title = "One empty task, there and back",
          .source = "round_trip.cpp",
          .charts = {{.name = "wall",
                      .title = "From the call to its answer, one task at a time",
                      .unit = "µs",
                      .how_to_read = "A plain call is the task where it is; all others send it away and wait for the "
                                     "answer. Compare the two Queues: they are the same ring in shared memory, and "
                                     "only the other side is a thread once and a process once. What lies between them "
                                     "is the process. The last four are the kernel's own ways: two processes that pass "
                                     "a number there and back through a futex, a pipe or an eventfd, and sleep while "
                                     "they wait; and a pair that never sleeps. A Pool and a Queue look for the answer "
                                     "for a short while before they sleep, if there is more than one CPU; a ThreadPool "
                                     "and std::async sleep at once; std::async also makes a thread for each task. All "
                                     "pools have a worker for each CPU, of which one is at work. The system may wake a "
                                     "sleeper on the CPU of its waker or on another one: so where somebody sleeps the "
                                     "samples may be far apart. The column \"first\" is the first trip of all, to "
                                     "somebody who surely sleeps."},
                     {.name = "cpu",
                      .title = "CPU time of all threads and processes for it",
                      .unit = "µs",
                      .how_to_read = "Where it is less than the time on the clock, somebody slept and was woken "
                                     "meanwhile; where it is more, two worked, or looked for the answer, at the same "
                                     "time. What the kernel does to wake them and to put them to sleep is counted."}},
          .measure = measure};
}

}  // namespace compare
