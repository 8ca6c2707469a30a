// SPDX-License-Identifier: MIT
#include "pool/worker/worker_main.hpp"

#include "os/crash_handler.hpp"
#include "os/event_fd.hpp"
#include "os/throw_trace.hpp"
#include "pool/run_initializer.hpp"
#include "pool/worker/worker_loop.hpp"
#include "process/task_context.hpp"
#include "process/worker_life.hpp"
#include "process/worker_name.hpp"

#include <string>

namespace multiprocessing::detail {

void worker_main(const Inheritance& inheritance, int slot) {
  inheritance.channels.keep_only(slot);
  if (inheritance.trace_file != nullptr) inheritance.trace_file->leave();
  const Channel channel = inheritance.channels.channel(slot);
  record_crashes_in(*channel.crash);
  const int index = host_place().first_worker + slot;
  set_worker_index(index);
  // A task may close what it does not know and open files of its own: nothing of ours must be written there.
  Worker worker(channel, slot, inheritance.spin, EventFd::move_up(inheritance.waiter_bell_fd),
                EventFd::move_up(inheritance.background_bell_fd), inheritance.program);
  host_place().first_worker = 0;
  inheritance.thread_limits.apply();
  try {
    if (inheritance.initializer) note_throws_of([&] { inheritance.initializer(); });
  } catch (...) {
    worker.announce_failed_start(std::current_exception());
    leave_worker(1);
  }
  worker_renew_parent_death_signal();
  worker.announce_start();
  worker.serve();
  if (inheritance.finalizer) run_finalizer(inheritance.finalizer, "worker " + std::to_string(index));
}

}  // namespace multiprocessing::detail
