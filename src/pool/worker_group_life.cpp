// SPDX-License-Identifier: MIT
#include "os/crash_handler.hpp"
#include "os/event_fd.hpp"
#include "os/output.hpp"
#include "os/throw_trace.hpp"
#include "pool/inheritance.hpp"
#include "pool/option_checks.hpp"
#include "pool/trace_path.hpp"
#include "pool/worker_group.hpp"
#include "process/direct_starter.hpp"
#include "process/fork_server.hpp"
#include "process/task_context.hpp"
#include "process/worker_life.hpp"

#include <algorithm>
#include <system_error>
#include <thread>

namespace multiprocessing::detail {

WorkerGroup::WorkerGroup(const PoolOptions& options, const WorkerGroupSettings& settings,
                         const MakeStarter& make_starter)
    : options_(options),
      processes_(check_options(options)),
      thread_limits_(options.threads_per_worker.value_or(std::max(1, settings.cpus / processes_)),
                     options.threads_per_worker.has_value(), modules_.at_fork()),
      trace_path_(trace_path(options)),
      settings_(settings),
      channels_(processes_, settings.ring_bytes),
      dispatcher_(channels_, processes_, options.max_tasks_per_child),
      collector_(*this, *channels_.channel(0).listener, settings.spin) {
  seen_.reserve(dispatcher_.slots().size());
  const auto worker_main = [this](int slot) { work_as(slot); };
  const std::vector<MarkedFd> bells{collector_.waiter_bell(), collector_.background_bell()};
  if (make_starter) {
    starter_ = make_starter(channels_, worker_main, bells);
  } else if (options.start_method == StartMethod::fork) {
    starter_ = std::make_unique<DirectStarter>(processes_, worker_main, bells);
  } else {
    starter_ = std::make_unique<ForkServer>(processes_, worker_main, bells);
  }
  if (options.start_method != StartMethod::fork) channels_.keep_from_children();
  crew_ = std::make_unique<Crew>(
      dispatcher_, *starter_, [this](int slot) { channels_.reset(slot); }, options.initializer_timeout, settings.proof);
  if (starter_->lost_fd() >= 0) collector_.watch(starter_->lost_fd());
  if (trace_path_) start_trace(*trace_path_);
  start_workers();
}

void WorkerGroup::start_trace(const std::filesystem::path& path) {
  try {
    trace_.emplace(path, processes_);
  } catch (const std::system_error& error) {
    // Which program of several with the same environment is asked for one may not know.
    if (options_.trace || error.code() != std::errc::device_or_resource_busy) throw;
    trace_.emplace(with_pid(path), processes_);
  }
  dispatcher_.trace_to(*trace_);
  crew_->trace_to(*trace_);
}

void WorkerGroup::work_as(int slot) {
  channels_.keep_only(slot);
  if (trace_) trace_->leave_to_parent();
  record_crashes_in(*channels_.channel(slot).crash);
  set_worker_index(slot);
  // A task may close what it does not know and open files of its own: nothing of ours must be written there.
  Worker worker(channels_.channel(slot), slot, settings_.spin, EventFd::move_up(collector_.waiter_bell().number),
                EventFd::move_up(collector_.background_bell().number), identity_);
  thread_limits_.apply();
  try {
    if (options_.initializer) note_throws_of([&] { options_.initializer(); });
  } catch (...) {
    worker.announce_failed_start(std::current_exception());
    leave_worker(1);
  }
  worker_renew_parent_death_signal();
  worker.announce_start();
  worker.serve();
  if (options_.finalizer) run_finalizer(options_.finalizer, "worker " + std::to_string(slot));
}

void WorkerGroup::start_workers() {
  {
    const std::lock_guard lock(mutex());
    crew_->start_missing();
  }
  struct Settled final : Awaited {
    const Crew& crew;
    explicit Settled(const Crew& of) : crew(of) {}
    bool holds() const override { return crew.all_up() || !crew.broken().empty() || crew.refused() != 0; }
  };
  collector_.wait(Settled(*crew_), never);
  if (crew_->all_up()) return;
  end_processes();
  throw_start_failure();
}

void WorkerGroup::throw_start_failure() {
  if (crew_->refused() != 0) {
    throw std::system_error(crew_->refused(), std::generic_category(), crew_->refusal());
  }
  const std::string crash = crash_trace(crew_->last_crash());
  const UntoldBreak why{crew_->broken() + (crash.empty() ? "" : "\n" + crash), crew_->start_failure()};
  std::rethrow_exception(why.tell());
}

WorkerGroup::~WorkerGroup() { leave_scope(); }

void WorkerGroup::close() {
  check_owner(mark_);
  const std::lock_guard lock(mutex());
  if (state_ != State::open) return;
  state_ = State::closed;
  look();
  collector_.changed();
}

void WorkerGroup::terminate() {
  check_owner(mark_);
  {
    const std::lock_guard lock(mutex());
    if (state_ != State::terminated) {
      state_ = State::terminated;
      ended_by_ = cancelled("the pool was terminated");
      dispatcher_.fail_everything(ended_by_);
      collector_.changed();
    }
  }
  end_processes();
}

// Quit, then the kernel's way: whatever a worker does, this ends within 2 s.
void WorkerGroup::end_processes() {
  const std::lock_guard ending(ending_);
  if (std::exchange(processes_ended_, true)) return;
  starter_->order_quit();
  if (!starter_->wait_until_gone(deadline_after(std::chrono::milliseconds(1500)))) {
    starter_->kill();
    starter_->wait_until_gone(deadline_after(std::chrono::milliseconds(500)));
  }
  collector_.stop_background();
  const std::lock_guard lock(mutex());
  for (WorkerSlot& slot : dispatcher_.slots()) {
    if (slot.state == WorkerSlot::State::overwritten) {
      slot.abandon_names();
    } else {
      slot.abandon_all_names();
    }
    slot.state = WorkerSlot::State::absent;
    slot.pid = 0;
  }
  if (trace_) trace_->finish();
}

bool WorkerGroup::join(Deadline deadline) {
  check_owner(mark_);
  {
    const std::lock_guard lock(mutex());
    if (state_ == State::open) throw std::logic_error("join() was called before close() or terminate()");
  }
  struct Left final : Awaited {
    const WorkerGroup& group;
    explicit Left(const WorkerGroup& of) : group(of) {}
    bool holds() const override {
      return group.state_ == State::terminated || !group.crew_->broken().empty() ||
             (group.open_calls_ == 0 && group.crew_->none_left());
    }
  };
  if (!collector_.wait(Left(*this), deadline)) return false;
  end_processes();
  return callback_thread_.finish(deadline);
}

void WorkerGroup::leave_scope() noexcept {
  if (inherited()) return;
  bool closed = false;
  {
    const std::lock_guard lock(mutex());
    closed = state_ == State::closed;
  }
  if (!closed) {
    terminate();
    callback_thread_.finish(deadline_after(std::chrono::seconds(2)));
    return;
  }
  while (true) {
    try {
      join(never);
      return;
    } catch (const std::bad_alloc&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));  // until there is memory again
    }
  }
}

}  // namespace multiprocessing::detail
