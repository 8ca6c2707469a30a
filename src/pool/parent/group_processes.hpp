// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/options.hpp>

#include "os/event_fd.hpp"
#include "os/output_file.hpp"
#include "os/process_identity.hpp"
#include "os/thread_limits.hpp"
#include "pool/parent/loaded_modules.hpp"
#include "process/worker_starter.hpp"
#include "shm/channel.hpp"

#include <array>
#include <functional>
#include <memory>
#include <vector>

namespace multiprocessing::detail {

struct WorkerGroupSettings {
  std::size_t ring_bytes = std::size_t{256} << 10;
  std::chrono::nanoseconds spin = std::chrono::microseconds(20);  // 0 where there is one CPU
  std::chrono::nanoseconds proof = std::chrono::seconds(1);       // see Supervisor
  int cpus = 1;                                                   // that the program may use
};

// Makes what starts the workers: a fork server, or in tests threads, which end up in Worker::serve() all the same.
// worker_main is what a forked one runs; each of `bells` (the waiter's, the background's) is rung after every report.
using MakeStarter = std::function<std::unique_ptr<WorkerStarter>(
    ChannelBlock& channels, std::function<void(int slot)> worker_main, std::vector<MarkedFd> bells)>;

// How processes that are started by this method get to the pool's memory.
Sharing sharing_of(const PoolOptions& options);

// The processes of a worker group: what a worker inherits, what starts the workers, how all of them end.
class GroupProcesses {
 public:
  // `bells`: the waiter's and the background's; each worker inherits them. Throws std::system_error.
  GroupProcesses(const PoolOptions& options, const WorkerGroupSettings& settings, int count, ChannelBlock& channels,
                 const std::array<MarkedFd, 2>& bells, const MakeStarter& make_starter);
  void close_in_workers(OutputFile& trace_file) { trace_file_ = &trace_file; }  // before workers are ordered

  const LoadedModules& modules() const { return modules_; }
  WorkerStarter& starter() const { return *starter_; }
  void end();  // asks them to quit, then kills them: whatever a worker does, it returns within 2 s

 private:
  const ProcessIdentity program_ = identity_of_this_process();
  LoadedModules modules_;  // at the fork
  const PoolOptions options_;
  const std::chrono::nanoseconds spin_;
  const int threads_;
  const ThreadLimits thread_limits_;
  ChannelBlock& channels_;
  OutputFile* trace_file_ = nullptr;
  std::unique_ptr<WorkerStarter> starter_;
};

}  // namespace multiprocessing::detail
