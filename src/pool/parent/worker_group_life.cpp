// SPDX-License-Identifier: MIT
#include "pool/check_options.hpp"
#include "pool/owner_check.hpp"
#include "pool/parent/trace_path.hpp"
#include "pool/parent/worker_group.hpp"
#include "pool/worker/worker_main.hpp"
#include "process/direct_starter.hpp"
#include "process/fork_server.hpp"

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
      timeouts_(options.initializer_timeout),
      accounts_(timeouts_),
      dispatcher_(channels_, processes_, options.max_tasks_per_child, accounts_),
      collector_(*this, *channels_.channel(0).parent_sleep, settings.spin) {
  seen_.reserve(dispatcher_.slots().size());
  // What runs from the fork on in a worker, with the memory of this moment or of a later one.
  const auto run_worker = [this](int slot) {
    worker_main(
        {channels_, trace_ ? &trace_->file() : nullptr, settings_.spin, collector_.waiter_bell().number,
         collector_.background_bell().number, identity_, thread_limits_, options_.initializer, options_.finalizer},
        slot);
  };
  const std::vector<MarkedFd> bells{collector_.waiter_bell(), collector_.background_bell()};
  if (make_starter) {
    starter_ = make_starter(channels_, run_worker, bells);
  } else if (options.start_method == StartMethod::fork) {
    starter_ = std::make_unique<DirectStarter>(processes_, run_worker, bells);
  } else {
    starter_ = std::make_unique<ForkServer>(processes_, run_worker, bells);
  }
  if (options.start_method != StartMethod::fork) channels_.keep_from_children();
  supervisor_ = std::make_unique<Supervisor>(
      dispatcher_, timeouts_, *starter_, [this](int slot) { channels_.reset(slot); }, settings.proof);
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
  supervisor_->trace_to(*trace_);
}

void WorkerGroup::start_workers() {
  {
    const MutexLock lock(mutex());
    supervisor_->start_missing();
  }
  struct Settled final : Awaited {
    const Supervisor& supervisor;
    explicit Settled(const Supervisor& of) : supervisor(of) {}
    bool holds() const override {
      return supervisor.all_up() || !supervisor.broken().empty() || supervisor.refused() != 0;
    }
  };
  collector_.wait(Settled(*supervisor_), never);
  if (supervisor_->all_up()) return;
  end_processes();
  throw_start_failure();
}

void WorkerGroup::throw_start_failure() {
  if (supervisor_->refused() != 0) {
    throw std::system_error(supervisor_->refused(), std::generic_category(), supervisor_->refusal());
  }
  const std::string crash = crash_trace(supervisor_->last_crash());
  const EncodedBreak why{supervisor_->broken() + (crash.empty() ? "" : "\n" + crash), supervisor_->start_failure()};
  std::rethrow_exception(why.decode());
}

WorkerGroup::~WorkerGroup() { leave_scope(); }

void WorkerGroup::close() {
  check_owner(mark_);
  const MutexLock lock(mutex());
  if (state_ != State::open) return;
  state_ = State::closed;
  look();
  collector_.changed();
}

void WorkerGroup::terminate() {
  check_owner(mark_);
  {
    const MutexLock lock(mutex());
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
  const MutexLock ending(ending_);
  if (std::exchange(processes_ended_, true)) return;
  starter_->order_quit();
  if (!starter_->wait_until_gone(deadline_after(std::chrono::milliseconds(1500)))) {
    starter_->kill();
    starter_->wait_until_gone(deadline_after(std::chrono::milliseconds(500)));
  }
  collector_.stop_background();
  const MutexLock lock(mutex());
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
    const MutexLock lock(mutex());
    if (state_ == State::open) throw std::logic_error("join() was called before close() or terminate()");
  }
  struct Left final : Awaited {
    const WorkerGroup& group;
    explicit Left(const WorkerGroup& of) : group(of) {}
    bool holds() const override MULTIPROCESSING_REQUIRES(group.mutex()) {
      return group.state_ == State::terminated || !group.supervisor_->broken().empty() ||
             (group.open_calls_ == 0 && group.supervisor_->none_left());
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
    const MutexLock lock(mutex());
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
