// SPDX-License-Identifier: MIT
#include <multiprocessing/cpu_count.hpp>

#include "pool/parent/worker_group.hpp"

namespace multiprocessing::detail {

std::shared_ptr<ByteCore> make_worker_group(const PoolOptions& options) {
  WorkerGroupSettings settings;
  settings.cpus = process_cpu_count();
  if (settings.cpus == 1) settings.spin = std::chrono::nanoseconds::zero();
  // In a process forked from its owner the group is not destroyed: its threads and processes are not there.
  const auto destroy = [](WorkerGroup* group) {
    if (!group->inherited()) delete group;
  };
  return std::shared_ptr<WorkerGroup>(new WorkerGroup(options, settings), destroy);
}

}  // namespace multiprocessing::detail
