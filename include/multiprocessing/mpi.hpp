// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/byte_pool.hpp>
#include <multiprocessing/detail/host_pool.hpp>
#include <multiprocessing/register_exception.hpp>
#include <multiprocessing/worker.hpp>

#include <string>
#include <vector>

// Of the CMake target multiprocessing::mpi, which is there if the library was built with Open MPI. Nothing of MPI is
// seen here: programs need neither mpi.h nor mpicxx.
namespace multiprocessing::mpi {

// What becomes of items that a host had when it was lost, and had not answered.
// - run_again: other hosts run them. An item may then run twice, as nobody knows how far the lost host has come: the
//   one exception to the rule that nothing runs twice. One that was on three hosts when they were lost ends with
//   WorkerLost.
// - fail: they end with WorkerLost.
using detail::LostHosts;

// How a pool is made. The constructor checks the values: std::invalid_argument names the one that is out of range. What
// is not said here is as in multiprocessing::PoolOptions.
struct PoolOptions {
  std::optional<int> processes = {};  // of each host; default its process_cpu_count(). mpirun needs --bind-to none
  Initializer initializer = {};       // in each worker before its first task; a function that can be sent
  std::optional<std::chrono::nanoseconds> initializer_timeout = {};
  Initializer finalizer = {};  // a function that can be sent
  std::optional<long> max_tasks_per_child = {};
  std::optional<int> threads_per_worker = {};
  std::chrono::nanoseconds host_timeout = std::chrono::seconds(10);  // a host that is silent for longer is lost
  LostHosts lost_hosts = LostHosts::run_again;
};

// How many ranks the launcher (mpirun, or srun --mpi=pmix) has started; 1 without one. Each of them is a host for this
// library, even if several are on one machine.
MULTIPROCESSING_EXPORT int hosts();

// A process that runs tasks.
struct Worker {
  std::string host;
  pid_t pid = 0;  // there
};

// A pool of worker processes on all hosts of an Open MPI job. The calls are those of detail::PoolInterface, as in
// multiprocessing::Pool; without a launcher, or with one rank, it is such a pool. The constructor returns when the
// workers are up on all hosts. Several pools may live at a time.
//
//   int main() {
//     mp::mpi::Pool pool({.initializer = mp::partial(load_table, path)});
//     auto results = pool.map(score, inputs);
//   }
//
//   ./program
//   mpirun --bind-to none --map-by ppr:1:node ./program
//   srun --mpi=pmix --no-kill --cpus-per-task=16 ./program
//
// main() runs on rank 0 only, once init() has been called: it is the first line of main(), or the program is linked
// with multiprocessing::main. What stands before it runs on all ranks. On the others the process serves the workers of
// its host. So globals that main() sets are on no other host: an initializer sets what tasks need, and registers the
// exceptions that they throw. The program calls nothing of MPI: that is in a process of its own on each host.
//
// Different from Pool:
// - all hosts must have the same build of the program and of its libraries, with build ids, at any path;
// - the initializer and the finalizer are sent, as functions are: PicklingError if one cannot be. Locks, queues and
//   memory that are shared on one host do not reach another;
// - a worker that dies costs the item that it ran, as in Pool; a host that is lost costs nothing or what it had, see
//   LostHosts. The host of rank 0 is the program's own: if that is lost, all ends, after ten seconds at most.
//
// The constructor throws std::logic_error under a launcher if init() was not called, in a worker, and if srun started
// the program without --mpi=pmix; BrokenPool if MPI or the workers of a host do not start; what Pool's throws.
class Pool : public detail::BytePool<Pool> {
 public:
  Pool() : Pool(PoolOptions{}) {}
  MULTIPROCESSING_EXPORT explicit Pool(const PoolOptions& options);

  MULTIPROCESSING_EXPORT std::vector<Worker> workers() const;  // that run now, host by host

 private:
  explicit Pool(const std::shared_ptr<detail::ByteCore>& core) : BytePool(core), byte_core_(core) {}
  std::shared_ptr<detail::ByteCore> byte_core_;
};

}  // namespace multiprocessing::mpi
