// SPDX-License-Identifier: MIT
// Many empty tasks at once, in chunks: what each one costs.
#include <multiprocessing/pool.hpp>
#include <multiprocessing/thread_pool.hpp>

#include "pair.hpp"
#include "section.hpp"
#include "wall_and_cpu.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace compare {
namespace {

namespace mp = multiprocessing;
using namespace measuring;

using Numbers = std::vector<int>;

constexpr int chunk_sizes[] = {1, 10, 100, 1'000, 10'000};
constexpr int contenders_in_all = 4 * 5;
constexpr int samples_wanted = 10;
constexpr double nanosecond = 1e-9;
constexpr std::size_t least_items = 20'000;
constexpr std::size_t chunks_for_each_worker = 4;

void check_answers(const Numbers& items, const Numbers& answers) {
  if (answers.size() != items.size()) throw std::logic_error("some tasks were not answered");
  check_answer(items.back(), answers.back());
  keep(answers.data());
}

// Chunks go to a thread or a process, which answers each by a chunk; an empty one ends it.
template <class Other>
class ChunkPair : public Pair<QueueWay<Numbers>, Other> {
 public:
  ChunkPair()
      : Pair<QueueWay<Numbers>, Other>({}, [](Numbers& chunk, QueueWay<Numbers>& back) {
          for (int& item : chunk) item = empty_task(item);
          back.send(chunk);
        }) {}
  Numbers map(const Numbers& items, std::size_t chunksize) {
    std::size_t chunks = 0;
    Numbers chunk;
    for (std::size_t begin = 0; begin < items.size(); begin += chunksize, ++chunks) {
      const std::size_t end = std::min(begin + chunksize, items.size());
      chunk.assign(items.data() + begin, items.data() + end);
      this->send(chunk);
    }
    Numbers answers;
    answers.reserve(items.size());
    for (; chunks != 0; --chunks) {
      const Numbers part = this->receive();
      answers.insert(answers.end(), part.begin(), part.end());
    }
    return answers;
  }
};

std::vector<Measured> measure(const Scale& scale) {
  // First what forks, so that no other thread is there then.
  ChunkPair<DaemonProcess> processes;
  mp::Pool pool(scale.cpus);
  mp::ThreadPool thread_pool(scale.cpus);
  ChunkPair<std::thread> threads;

  const auto time = scale.time / (contenders_in_all * (samples_wanted + 2));
  std::vector<TwoChartContender> all;
  const auto add = [&](const char* series, int chunksize, auto map, const std::vector<pid_t>& others = {}) {
    const std::size_t chunks = chunks_for_each_worker * static_cast<std::size_t>(scale.cpus);
    Numbers items(std::max(least_items, chunks * static_cast<std::size_t>(chunksize)));
    std::iota(items.begin(), items.end(), 0);
    const double unit = nanosecond * static_cast<double>(items.size());
    const auto work = [map, chunksize, items = std::move(items)](long count) {
      for (long i = 0; i != count; ++i) check_answers(items, map(items, chunksize));
    };
    const auto x = static_cast<double>(chunksize);
    all.push_back({series, x, WallAndCpu({.work = work, .others = others, .time = time, .unit = unit})});
  };
  for (const int size : chunk_sizes) {
    const auto by_pool = [](auto& of) {
      return [&of](const Numbers& items, int chunksize) { return of.map(&empty_task, items, chunksize); };
    };
    const auto by_pair = [](auto& of) {
      return [&of](const Numbers& items, int chunksize) { return of.map(items, static_cast<std::size_t>(chunksize)); };
    };
    add("Pool", size, by_pool(pool), pool.worker_pids());
    add("ThreadPool", size, by_pool(thread_pool));
    add("Queue between two threads", size, by_pair(threads));
    add("Queue between two processes", size, by_pair(processes), {processes.other().pid()});
  }
  return in_turn({"wall", "cpu"}, all, {.time = scale.time});
}

}  // namespace

Section throughput_section() {
  return {.name = "throughput",
          .title = "Many empty tasks, in chunks",
          .source = "throughput.cpp",
          .charts = {{.name = "wall",
                      .title = "Time for each task",
                      .x_label = "items in a chunk",
                      .unit = "ns per task",
                      .how_to_read = "map sends the items in chunks. With chunks of one item each task pays the whole "
                                     "way there and back; with larger ones all items of a chunk share it. What then "
                                     "remains is what each item needs by itself: it is written, read, called, and put "
                                     "among the results. A ThreadPool passes references, a Pool copies. The two Queues "
                                     "are the same ring in shared memory and send the same vectors: what lies between "
                                     "their lines is the process. They have one other side only, the pools a worker "
                                     "for each CPU. An empty task shows what the way costs; it is not a reason to send "
                                     "one."},
                     {.name = "cpu",
                      .title = "CPU time of all threads and processes for each task",
                      .x_label = "items in a chunk",
                      .unit = "ns per task",
                      .how_to_read = "The same, summed over all that took part: CPUs that were busy with the way, "
                                     "which a program could have used for its tasks."}},
          .measure = measure};
}

}  // namespace compare
