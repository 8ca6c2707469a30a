// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/byte_pool.hpp>
#include <multiprocessing/options.hpp>
#include <multiprocessing/register_exception.hpp>
#include <multiprocessing/worker.hpp>

namespace multiprocessing {

// A pool of worker processes: forks of this program. The constructor makes them, and returns when all are up; by
// default one for each CPU that this process may use. Its calls are those of detail::PoolInterface. Movable.
// Any thread may call it, several at once. In a process that the program forks later, every call is std::logic_error
// and the destructor does nothing.
// If a worker dies, the item that it ran ends with WorkerLost, and the worker is replaced.
// The destructor does terminate() and join(), as leaving Python's `with` does; after close() it does join() only.
// The constructor throws std::invalid_argument for options out of range, std::system_error if the system refuses a
// process or memory, BrokenPool if the workers do not start.
class Pool : public detail::BytePool<Pool> {
 public:
  Pool() : Pool(PoolOptions{}) {}
  explicit Pool(int processes) : Pool(PoolOptions{.processes = processes}) {}
  explicit Pool(const PoolOptions& options) : BytePool(detail::make_worker_group(options)) {}
};

}  // namespace multiprocessing
