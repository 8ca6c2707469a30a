// SPDX-License-Identifier: MIT
// What idle workers and threads hold of the machine's memory, and what writing to memory costs after a fork.
#include "copy_on_write.hpp"
#include "process_memory.hpp"
#include "section.hpp"
#include "turns.hpp"

#include <multiprocessing/pool.hpp>
#include <multiprocessing/thread_pool.hpp>

#include <unistd.h>

#include <algorithm>
#include <functional>
#include <latch>
#include <list>
#include <map>
#include <memory>
#include <stdexcept>

namespace compare {
namespace {

namespace mp = multiprocessing;
using Sizes = std::map<std::string, double>;  // of each series, MiB for each worker or thread

constexpr std::size_t most_rounds = 7;
constexpr std::size_t least_rounds = 1;  // beside the first
constexpr int threads_in_a_round = 16;

// All of the pool's processes are forks of this one: its fork server counts among what the workers cost together.
Sizes sizes_of_workers(int workers) {
  const double before = memory_of(::getpid()).shared_out;
  const mp::Pool pool(workers);
  ProcessMemory sum;
  const std::vector<pid_t> pids = pool.worker_pids();
  for (const pid_t pid : pids) {
    const ProcessMemory one = memory_of(pid);
    sum.shared_out += one.shared_out;
    sum.own += one.own;
    sum.page_tables += one.page_tables;
  }
  const double after = memory_of(::getpid()).shared_out + memory_of(parent_of(pids.front())).shared_out;
  return {{"worker, PSS", sum.shared_out / workers},
          {"worker, private", sum.own / workers},
          {"worker, growth of all processes", (after + sum.shared_out - before) / workers},
          {"worker, page tables", sum.page_tables / workers}};
}

// They are kept: the stack of a thread that has ended is given to the next, and would not be counted any more.
class IdleThreads {
 public:
  Sizes more(int threads) {
    const double before = memory_of(::getpid()).shared_out;
    const auto begun = std::make_shared<std::latch>(threads);
    pools_.emplace_back(mp::PoolOptions{.processes = threads, .initializer = [begun] { begun->count_down(); }});
    begun->wait();
    return {{"thread, PSS", (memory_of(::getpid()).shared_out - before) / threads}};
  }

 private:
  std::list<mp::ThreadPool> pools_;
};

// The first round is what is cold, as everywhere.
std::vector<Measured> idle(const std::function<Sizes()>& round, std::chrono::nanoseconds time) {
  std::map<std::string, Measured> all;
  const auto end = std::chrono::steady_clock::now() + time;
  for (std::size_t i = 0; i <= most_rounds && (i <= least_rounds || std::chrono::steady_clock::now() < end); ++i) {
    for (const auto& [series, size] : round()) {
      Measured& measured = all.try_emplace(series, Measured{.chart = "idle", .series = series}).first->second;
      if (i == 0) {
        measured.cold = size;
      } else {
        measured.samples.push_back(size);
      }
    }
  }
  std::vector<Measured> result;
  for (auto& [series, measured] : all) result.push_back(std::move(measured));
  return result;
}

// Not every kernel and container says what a process holds, or forks a large one: the rest is measured all the same.
std::vector<Measured> or_note(const std::string& chart, const std::string& series,
                              const std::function<std::vector<Measured>()>& measured) {
  try {
    return measured();
  } catch (const std::runtime_error& error) {
    return {{.chart = chart, .series = series, .note = error.what()}};
  }
}

std::vector<Measured> measure(const Scale& scale) {
  const std::size_t size = std::min(gibibyte, scale.memory_bytes / 3);
  const int members = std::clamp(scale.cpus, 2, 8);
  const auto workers = [&] { return sizes_of_workers(members); };
  IdleThreads threads;
  const auto more_threads = [&] { return threads.more(threads_in_a_round); };
  const Ballast parent(size);
  std::vector<Measured> all = or_note("idle", "worker, PSS", [&] { return idle(workers, scale.time / 3); });
  if (size < gibibyte) {
    const std::string note = "the parent held " + std::to_string(size / mebibyte) + " MiB, not 1 GiB";
    all.push_back({.chart = "idle", .series = "worker, PSS", .note = note});
  }
  append(all, or_note("touched", "in the child", [&] { return copy_on_write(parent, scale); }));
  append(all, or_note("idle", "thread, PSS", [&] { return idle(more_threads, scale.time / 10); }));
  return all;
}

}  // namespace

Section memory_section() {
  return {.name = "memory",
          .title = "Memory of idle workers, and what copy-on-write costs",
          .source = "memory_cost.cpp",
          .charts = {{.name = "idle",
                      .title = "Memory of one idle worker or thread, in a program that holds 1 GiB",
                      .unit = "MiB each",
                      .how_to_read = "Right after a fork a worker shares all pages with its program. The proportional "
                                     "size (PSS) divides each page among the processes that have it: it is mostly a "
                                     "share of the program's own memory, of which the program then counts less. What a "
                                     "worker alone has is its private memory, and what all processes together grow by "
                                     "(the Pool's fork server included, divided by the number of workers) is the "
                                     "price. The page tables, in which the kernel notes where each page lies, come on "
                                     "top: every process has its own. A thread has all memory in common with its "
                                     "program; it brings its stack, of which only what was touched takes memory. What "
                                     "else the kernel keeps for each thread and process is in none of these figures."},
                     {.name = "touched",
                      .title = "Writing to memory, one byte in each page, after a fork of 1 GiB",
                      .unit = "µs per MiB",
                      .how_to_read = "After a fork both processes share each page until one of them writes to it. The "
                                     "first to write, child or parent, is interrupted by the processor, and the kernel "
                                     "copies the page. When the workers have ended nothing needs to be copied, but "
                                     "each page still interrupts once. \"Never shared\" are the same writes to memory "
                                     "that no fork has ever shared: set the others against it."},
                     {.name = "forking",
                      .title = "The fork itself, of a parent that holds 1 GiB",
                      .unit = "ms",
                      .how_to_read = "The time in which the parent stands still in fork(), while its page tables are "
                                     "copied. Set it against the picture above, which shows what the program's writes "
                                     "take afterwards."}},
          .measure = measure};
}

}  // namespace compare
