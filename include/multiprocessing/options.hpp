// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/cpp20.hpp>

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

namespace multiprocessing {

// Who forks the workers of a Pool. With `fork` it is the program: a worker's getppid() is the program, and nothing is
// between the two. What that costs:
// - the ends of workers are the program's SIGCHLD; where it ignores that, or waits for any child, the pool may not
//   learn how a worker ended;
// - a worker that replaces a lost one has the program's memory as it is by then, with the locks that its threads hold;
// - a process that a task has started lives on when its worker ends;
// - the time that the program is stopped counts for TaskOptions::timeout, and for initializer_timeout;
// - if the program gives up its privileges (setuid), workers that it forked before get SIGKILL at once, where they
// would get SIGTERM first.
// Source: Python's get_context("fork").
enum class StartMethod {
  forkserver,  // a child of the program, forked once, by the constructor: it has one thread
  fork,        // a thread of the program, for which nothing is thread_local yet
};

// How a pool is made. Values are checked by the constructor: std::invalid_argument names the one that is out of range.
struct PoolOptions {
  std::optional<int> processes = {};       // default process_cpu_count(); at least 1
  std::function<void()> initializer = {};  // in each worker before its first task; any closure: inherited, never sent
  std::optional<std::chrono::nanoseconds> initializer_timeout = {};  // an initializer that runs longer: BrokenPool
  std::function<void()> finalizer = {};  // in a worker that leaves in order (close, recycling), never after a kill
  std::optional<long> max_tasks_per_child = {};  // items, at least 1; then the worker is replaced
  // Of Pool only: how many threads OpenMP, OpenBLAS, BLIS and MKL use for one call in a worker, at least 1. The worker
  // sets the number before the initializer, which may choose another one: through functions of the libraries that the
  // program has loaded, and in its environment (OMP_NUM_THREADS and its kin) for libraries and programs that a task
  // loads or starts. By default the number is process_cpu_count() / processes, at least 1; a library that would use
  // fewer threads keeps its number, and one that the environment limits, by OMP_NUM_THREADS or by its own variable, is
  // left alone. The libraries stay loaded as long as the pool lives.
  // Source: joblib's inner_max_num_threads.
  std::optional<int> threads_per_worker = {};
  StartMethod start_method = StartMethod::forkserver;  // of Pool only
  // Of Pool only: a file, written anew, of who ran which item when, with waiting, starting, deaths and recalls. What
  // shows it: ui.perfetto.dev, chrome://tracing. 200 bytes an item; whole once the pool has ended. Default: the file
  // that MULTIPROCESSING_TRACE names; a program's second pool then has trace-2.json, and so on.
  // std::system_error: it cannot be opened, or another pool writes it; if that is one of another program with the same
  // environment, the name has this one's pid instead. A disk that is full later is told on stderr.
  // Source: the Trace Event Format of Chrome.
  std::optional<std::filesystem::path> trace = {};
};

// What holds for each item of a call: pool.with({.timeout = 2s, .retries = 1}).map(f, items). Only a pool of processes
// can end what runs: `timeout` is std::logic_error in the others. with() checks the values: std::invalid_argument.
struct TaskOptions {
  // An item that runs longer (waiting in the queue does not count): its worker is killed and replaced, the item ends
  // with DeadlineExceeded. If the whole process group was stopped meanwhile, the item's time begins anew. At most 292
  // years: hours::max() does not fit into nanoseconds.
  std::optional<std::chrono::nanoseconds> timeout = {};
  int retries = 0;  // times an item runs again after its worker was lost
  // Once a stop is requested no further item is started: such items end with CancelledError. Items that run go on. A
  // lazy call reads no more of its input: after the results of the items that it has read, imap throws CancelledError
  // once more, and try_imap just ends. map still reads all of its input.
  std::stop_token stop = {};
};

// What AsyncResult::cancel() does about items that run: lets them finish, or kills their workers.
enum class Running { finish, kill };

// What one worker has done, summed over the processes that held its place.
struct WorkerStats {
  pid_t pid = 0;                        // 0 while none runs, and in ThreadPool
  std::size_t starts = 0;               // processes that were started for this place
  std::size_t items = 0;                // items answered
  std::chrono::nanoseconds starting{};  // from the order to fork until the initializer had returned
  std::chrono::nanoseconds waiting{};   // without an item
  std::chrono::nanoseconds working{};   // decoding, running, encoding, and waiting for a CPU meanwhile
};

// A snapshot. queued + running + finished + failed + lost is the number of items handed in.
struct PoolStats {
  std::size_t queued = 0;  // no worker has begun them
  std::size_t running = 0;
  std::size_t finished = 0;               // answered with a value
  std::size_t failed = 0;                 // ended with an error: thrown, cancelled, out of time
  std::size_t lost = 0;                   // their worker died
  std::vector<WorkerStats> workers = {};  // none in SerialPool
};

}  // namespace multiprocessing
