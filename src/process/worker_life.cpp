// SPDX-License-Identifier: MIT
#include "process/worker_life.hpp"

#include "os/output.hpp"
#include "os/this_process.hpp"
#include "os/worker_surroundings.hpp"

#include <csignal>

namespace multiprocessing::detail {
namespace {

// Set if this process is a worker. A process has one parent that is its pool's, so this may be a global.
WorkerParent parent_of_this_worker;

}  // namespace

void begin_worker(WorkerParent parent, int slot, const SignalMask& mask_of_program) noexcept {
  parent_of_this_worker = parent;
  die_with_parent(parent.pid);
  // Processes that a task leaves behind stay this worker's as long as it lives. When it dies they become the server's,
  // which so can distinguish them from processes that the other workers' tasks still use.
  adopt_orphans();
  empty_standard_input();
  raise_oom_score();
  name_process("mp-worker-", slot);
  set_worker_signals(mask_of_program);
}

void worker_renew_parent_death_signal() noexcept { die_with_parent(parent_of_this_worker.pid); }

void worker_ring_through_server() noexcept {
  const auto [pid, is_server] = parent_of_this_worker;
  if (pid == 0) return;
  if (!is_server || !send_signal(pid, SIGCHLD)) leave_worker(1);
}

void leave_worker(int exit_code) noexcept {
  flush_own_output();
  leave_process(exit_code);
}

}  // namespace multiprocessing::detail
