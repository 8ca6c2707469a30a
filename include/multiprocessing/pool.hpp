// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/byte_pool.hpp>
#include <multiprocessing/options.hpp>
#include <multiprocessing/register_exception.hpp>
#include <multiprocessing/worker.hpp>

namespace multiprocessing {

// A pool of worker processes: forks of this program, made by the constructor, which returns when all are up.
// By default one worker for each CPU that this process may use. Movable. Any thread may call it, several at once; in a
// process that the program forks later every call is std::logic_error and the destructor does nothing.
// A worker that dies costs the item that it ran (WorkerLost) and is replaced.
// The destructor is terminate() and join(), as leaving Python's `with`; after close() it is join() only.
// Throws std::invalid_argument for options out of range, std::system_error if the system refuses a process or memory,
// BrokenPool if the workers do not start.
class Pool : public detail::BytePool<Pool> {
 public:
  Pool() : Pool(PoolOptions{}) {}
  explicit Pool(int processes) : Pool(PoolOptions{.processes = processes}) {}
  explicit Pool(const PoolOptions& options) : BytePool(detail::make_worker_group(options)) {}
};

}  // namespace multiprocessing
