// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/initializer.hpp>

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <vector>

namespace multiprocessing {

// Who starts the workers of a Pool.
//
// With `fork` it is the program itself: a worker's getppid() is the program. What that costs:
// - when a worker ends, the program gets a SIGCHLD; if it ignores SIGCHLD or waits for any child, the pool may not
//   learn how a worker ended;
// - a worker that replaces a lost one begins with the program's memory as it is at that moment, with the locks that its
//   threads hold then;
// - a process that a task has started lives on when its worker ends;
// - the time that the program is stopped counts for TaskOptions::timeout and for initializer_timeout;
// - if the program gives up its privileges (setuid), the workers that it forked before get SIGKILL at once, where they
//   would get SIGTERM first.
//
// With `spawn` it is a new process of the same program, whose main() does not run: init() must be the first line of
// main(), or the program be linked with multiprocessing::main; else the constructor throws std::logic_error. Nothing
// of the program's memory is there: no lock that a thread holds, nothing that OpenMP, oneTBB or CUDA know. What that
// costs:
// - static objects are made once more there, and globals have the values that they have before main(); an initializer
//   sets what tasks need, and registers the exceptions that they throw (register_exception);
// - the initializer and the finalizer are sent, as functions are: PicklingError if one cannot be. Locks, queues and
//   other objects that are shared by inheritance are not there; memory with a name is (SharedMemory);
// - the program must have a build id (the linker's --build-id, which our CMake targets and pkg-config ask for), and so
//   must each library with a function that is sent; libraries that the program opens with dlopen() are not there;
// - the constructor takes the time that the program needs to start, and until main() begins the new process does not
//   notice the program's end. A set-user-ID program cannot spawn: BrokenPool.
//
// Source: Python's get_context("fork"), get_context("spawn").
enum class StartMethod {
  forkserver,  // a child of the program, which the constructor forks once: it has one thread
  fork,        // a thread of the program, which has no thread_local objects yet
  spawn,       // a new process of the same program, which the constructor starts once
};

// How a pool is made. The constructor checks the values: std::invalid_argument names the one that is out of range.
struct PoolOptions {
  std::optional<int> processes = {};                                 // default process_cpu_count(); at least 1
  Initializer initializer = {};                                      // in each worker before its first task
  std::optional<std::chrono::nanoseconds> initializer_timeout = {};  // an initializer that runs longer: BrokenPool
  Initializer finalizer = {};  // in a worker that leaves in order (close, recycling), never after a kill
  std::optional<long> max_tasks_per_child = {};  // items, at least 1; after them the worker is replaced
  // Of Pool only: how many threads OpenMP, OpenBLAS, BLIS and MKL use for one call in a worker, at least 1. The worker
  // sets the number before it runs the initializer, which may choose another one. It calls functions of the libraries
  // that the program has loaded, and sets its environment (OMP_NUM_THREADS and its kin) for libraries and programs that
  // a task loads or starts. By default the number is process_cpu_count() / processes, at least 1; then a library that
  // would use fewer threads keeps its number, and so does one that the environment limits, by OMP_NUM_THREADS or by its
  // own variable. The libraries stay loaded as long as the pool lives.
  // Source: joblib's inner_max_num_threads.
  std::optional<int> threads_per_worker = {};
  StartMethod start_method = StartMethod::forkserver;  // of Pool only
  // Of Pool only: a file that says which worker ran which item when, with its waiting, starts, deaths and recalled
  // items. ui.perfetto.dev and chrome://tracing show it. 200 bytes an item; complete once the pool has ended; an older
  // file is overwritten. By default the file that MULTIPROCESSING_TRACE names; a program's second pool then writes
  // trace-2.json, and so on. std::system_error if it cannot be opened, or if another pool writes it; if that is a pool
  // of another program with the same environment, this program's pid is added to the name instead. If the disk is full
  // later, stderr says so.
  // Source: the Trace Event Format of Chrome.
  std::optional<std::filesystem::path> trace = {};
};

// Options for each item of a call: pool.with({.timeout = 2s, .retries = 1}).map(f, items). with() checks the values:
// std::invalid_argument. Only a Pool can end an item that runs: `timeout` is std::logic_error in the other pools.
struct TaskOptions {
  // If an item runs longer (waiting in the queue does not count), its worker is killed and replaced, and the item ends
  // with DeadlineExceeded. If the whole process group was stopped meanwhile, the timeouts of running items start again.
  // At most 292 years: hours::max() does not fit into nanoseconds.
  std::optional<std::chrono::nanoseconds> timeout = {};
  int retries = 0;  // how often an item runs again after its worker was lost
  // Once a stop is requested, no further item is started: the others end with CancelledError. Items that run go on. A
  // lazy call reads no more of its input: after the results of the items that it has read, imap throws CancelledError
  // once more, and try_imap just ends. map still reads all of its input.
  std::stop_token stop = {};
};

// What AsyncResult::cancel() does with items that run: lets them finish, or kills their workers.
enum class Running { finish, kill };

// The work of one worker. A replacement goes on with the counts of the process that it replaces.
struct WorkerStats {
  pid_t pid = 0;                        // 0 while none runs, and in ThreadPool
  std::size_t starts = 0;               // processes that were started for this index
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
