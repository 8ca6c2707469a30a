// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/byte_pool.hpp>
#include <multiprocessing/register_exception.hpp>

namespace multiprocessing {

// Pool's calls, run at once in the thread that calls: for debugging, and as the baseline of a comparison. It serialises
// and copies functions, items and results as Pool does, so it accepts and refuses the same. A crash ends the program.
// processes() is 1; worker_pids() is empty; the initializer runs in the constructor, the finalizer at the end.
class SerialPool : public detail::BytePool<SerialPool> {
 public:
  SerialPool() : SerialPool(PoolOptions{}) {}
  explicit SerialPool(int processes) : SerialPool(PoolOptions{.processes = processes}) {}
  explicit SerialPool(const PoolOptions& options) : BytePool(detail::make_serial_core(options)) {}
};

}  // namespace multiprocessing
