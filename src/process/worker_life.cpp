// SPDX-License-Identifier: MIT
#include "process/worker_life.hpp"

#include "os/output.hpp"
#include "os/this_process.hpp"
#include "os/worker_surroundings.hpp"

#include <csignal>

namespace multiprocessing::detail {
namespace {

// Of this process if it is a worker. A process has one server in its life, so this may be a global.
pid_t server_of_this_worker = 0;

}  // namespace

void begin_worker(pid_t server, int slot, const SignalMask& mask_of_program) noexcept {
  server_of_this_worker = server;
  die_with_parent(server);
  // What a task leaves behind stays this worker's as long as it lives, so that the server, to which it falls then, can
  // tell it from what the other workers' tasks still use.
  adopt_orphans();
  empty_standard_input();
  raise_oom_score();
  name_process("mp-worker-", slot);
  leave_on_exit(flush_own_output);
  set_worker_signals(mask_of_program);
}

void worker_renew_parent_death_signal() noexcept { die_with_parent(server_of_this_worker); }

void worker_ring_through_server() noexcept {
  if (server_of_this_worker == 0) return;
  if (!send_signal(server_of_this_worker, SIGCHLD)) leave_worker(1);
}

void leave_worker(int exit_code) noexcept {
  flush_own_output();
  leave_process(exit_code);
}

}  // namespace multiprocessing::detail
