// SPDX-License-Identifier: MIT
#include "pool/parent/worker_group.hpp"

#include "pool/check_options.hpp"
#include "pool/function_name.hpp"
#include "pool/parent/owners_call.hpp"

#include <algorithm>
#include <limits>
#include <thread>

namespace multiprocessing::detail {
namespace {

constexpr double spin_below_nanoseconds = 20'000;  // of items that take longer no answer comes while we spin

}  // namespace

WorkerGroup::WorkerGroup(const PoolOptions& options, const WorkerGroupSettings& settings,
                         const MakeStarter& make_starter)
    : size_(check_options(options)),
      channels_(size_, settings.ring_bytes, sharing_of(options)),
      state_(options, channels_, size_),
      collector_(state_, *channels_.channel(0).parent_sleep, settings.spin),
      processes_(options, settings, size_, channels_, {collector_.waiter_bell(), collector_.background_bell()},
                 make_starter) {
  WorkerStarter& starter = processes_.starter();
  if (starter.lost_fd() >= 0) collector_.watch(starter.lost_fd());
  state_.supervise(starter, settings.proof);
  state_.start_trace(options);
  if (state_.trace() != nullptr) processes_.close_in_workers(state_.trace()->file());
  start_workers();
}

void WorkerGroup::start_workers() {
  {
    const MutexLock lock(mutex());
    state_.supervisor().start_missing();
  }
  const Supervisor& supervisor = state_.supervisor();
  collector_.wait(AwaitedWhen([&] { return supervisor.is_settled(); }), never);
  if (supervisor.all_up()) return;
  end_processes();
  supervisor.throw_start_failure();
}

WorkerGroup::~WorkerGroup() { leave_scope(); }

std::shared_ptr<ByteCall> WorkerGroup::begin(PreparedFunction function, const CallSettings& settings) {
  const OwnersCall this_call(mark_, processes_.starter());
  auto call = enter(std::move(function), settings);
  try {
    call->accept(settings.options, call);
  } catch (...) {
    end_input(*call);  // who waits for all calls must not wait for this one
    throw;
  }
  return call;
}

std::shared_ptr<GroupCall> WorkerGroup::enter(PreparedFunction function, const CallSettings& settings) {
  const std::string name = is_traced() ? function_name(function.image, settings.name) : std::string();
  processes_.modules().prepare(function);
  MutexLock lock(mutex());
  if (!state_.is_open()) throw std::logic_error("the pool is closed: it takes no more work");
  if (const std::exception_ptr broken = state_.supervisor().broken_error()) {
    lock.unlock();
    std::rethrow_exception(with_crash_stack(broken));
  }
  state_.supervisor().start_missing();
  if (settings.asynchronous) collector_.start_background();
  auto call = state_.open_call(shared_from_this(), callback_thread_, std::move(function), settings);
  if (Trace* const trace = state_.trace()) trace->call_began(call->number, name);
  // A call that waits alone is not told of each answer. Now there may be work of another behind its last one.
  if (state_.open_calls() == 2) collector_.changed();
  return call;
}

void WorkerGroup::submit(ByteCall& call, Chunk chunk, bool is_last) {
  if (inherited()) return;
  const OwnersCall this_call(mark_, processes_.starter());
  auto& group_call = static_cast<GroupCall&>(call);
  const std::size_t first = chunk.first;
  const std::size_t count = chunk.count;
  auto work = group_call.send(std::move(chunk));
  const MutexLock lock(mutex());
  state_.submit({std::move(work), first, count, {}}, is_last);
  now_or_soon([&]() MULTIPROCESSING_REQUIRES(mutex()) {
    state_.hand_out();
    if (group_call.is_timed()) collector_.look_by(deadline_after(group_call.timeout));
    const bool caller_looks = is_last && !group_call.is_asynchronous;  // in wait(), which comes next
    if (!caller_looks || collector_.has_waiters()) tell_if_waiting();
    if (is_last && !state_.is_open()) look_and_tell();
  });
}

// For what comes after a change that cannot be undone: what fails, for lack of memory, is done a little later, or fails
// where somebody waits.
template <class Action>
void WorkerGroup::now_or_soon(Action action) noexcept {
  try {
    action();
  } catch (...) {
    collector_.look_by(deadline_after(std::chrono::milliseconds(20)));
  }
}

void WorkerGroup::look_and_tell() {
  state_.look();
  collector_.changed();
}

// What was handed in may have changed what must be noticed while nobody looks.
void WorkerGroup::tell_if_waiting() {
  const Dispatcher& dispatcher = state_.dispatcher();
  if (dispatcher.has_queue() && dispatcher.queue_is_news()) {
    look_and_tell();
  } else if (collector_.may_oversleep() &&
             (dispatcher.has_queue() || dispatcher.has_unclaimed() || collector_.is_resting())) {
    collector_.alert();
  }
}

void WorkerGroup::refuse(ByteCall& call, std::exception_ptr reason) {
  if (inherited()) return;
  const MutexLock lock(mutex());
  state_.accounts().refuse(static_cast<GroupCall&>(call), reason);
}

void WorkerGroup::end_input(ByteCall& call) noexcept {
  if (inherited()) return;
  const OwnersCall this_call(mark_, processes_.starter());
  const MutexLock lock(mutex());
  state_.accounts().end_input(static_cast<GroupCall&>(call));
  if (state_.is_open()) return;
  now_or_soon([&]() MULTIPROCESSING_REQUIRES(mutex()) { look_and_tell(); });  // join() may wait for this
}

long WorkerGroup::default_buffersize(long chunksize) const {
  constexpr long most = std::numeric_limits<long>::max();
  return chunksize > most / 4 / size_ ? most : 4L * size_ * chunksize;
}

bool WorkerGroup::wait(GroupCall& call, Call::Until until, std::size_t index, Deadline deadline) {
  const OwnersCall this_call(mark_, processes_.starter());
  struct Awaits final : Awaited {
    const WorkerGroup& group;
    GroupCall& call;
    const Call::Until until;
    const std::size_t index;
    Awaits(const WorkerGroup& of, GroupCall& what, Call::Until until_when, std::size_t which)
        : group(of), call(what), until(until_when), index(which) {}
    bool holds() const override { return call.has(until, index); }
    // The last few answers are waited for one by one; of many, workers ring when they run dry.
    bool eager() const override MULTIPROCESSING_REQUIRES(group.mutex()) {
      return (until != Call::Until::all_ended && until != Call::Until::any_told) || group.state_.open_calls() > 1 ||
             call.table.expected() - call.table.ended() <= static_cast<std::size_t>(group.size_);
    }
    bool spins() const override { return call.nanoseconds_per_item() < spin_below_nanoseconds; }
  };
  return collector_.wait(Awaits(*this, call, until, index), deadline);
}

void WorkerGroup::withdraw(GroupCall& call, const char* why) {
  if (inherited()) return;
  const OwnersCall this_call(mark_, processes_.starter());
  const MutexLock lock(mutex());
  now_or_soon([&]() MULTIPROCESSING_REQUIRES(mutex()) {
    state_.dispatcher().withdraw(call, cancelled(why));
    look_and_tell();
  });
}

bool WorkerGroup::cancel(GroupCall& call, Running what_runs) {
  check_owner(mark_);
  if (call.has_ended()) return false;
  withdraw(call, cancelled_before);
  // Perhaps all of it has ended by itself meanwhile: then get() throws nothing of ours.
  const auto is_cancelled = [&] { return call.has_ended() && call.failed(); };
  if (what_runs == Running::finish) return is_cancelled();
  const Deadline end = deadline_after(std::chrono::seconds(2));
  do {
    condemn(call);  // what was not condemned has gone on meanwhile: then once more
  } while (!wait(call, Call::Until::all_ended, 0, std::min(end, deadline_after(std::chrono::milliseconds(1)))) &&
           Clock::now() < end);
  return is_cancelled();
}

void WorkerGroup::condemn(GroupCall& call) {
  const OwnersCall this_call(mark_, processes_.starter());
  const MutexLock lock(mutex());
  state_.dispatcher().condemn(call);
  now_or_soon([&]() MULTIPROCESSING_REQUIRES(mutex()) { state_.look(); });  // orders the kills
}

double WorkerGroup::cost_of(const FunctionImage& function) {
  const MutexLock lock(mutex());
  return state_.cost_of(function);
}

void WorkerGroup::expect_end(GroupCall& call) {
  check_owner(mark_);
  const MutexLock lock(mutex());
  if (call.ended() || call.is_expected) return;
  collector_.start_background();
  if (state_.expect_end(call)) collector_.arm_background();
  collector_.changed();
}

void WorkerGroup::close() {
  const OwnersCall this_call(mark_, processes_.starter());
  const MutexLock lock(mutex());
  if (!state_.is_open()) return;
  state_.close();
  collector_.changed();
}

void WorkerGroup::terminate() {
  check_owner(mark_);
  {
    const MutexLock lock(mutex());
    if (!state_.is_terminated()) {
      state_.terminate(cancelled("the pool was terminated"));
      collector_.changed();
    }
  }
  end_processes();
}

void WorkerGroup::end_processes() {
  const MutexLock ending(ending_);
  if (std::exchange(processes_ended_, true)) return;
  processes_.end();
  collector_.stop_background();
  const MutexLock lock(mutex());
  state_.finish();
}

bool WorkerGroup::join(Deadline deadline) {
  const OwnersCall this_call(mark_, processes_.starter());
  {
    const MutexLock lock(mutex());
    if (state_.is_open()) throw std::logic_error("join() was called before close() or terminate()");
  }
  const AwaitedWhen is_over([this]() MULTIPROCESSING_REQUIRES(mutex()) { return state_.is_over(); });
  if (!collector_.wait(is_over, deadline)) return false;
  end_processes();
  return callback_thread_.finish(deadline);
}

void WorkerGroup::leave_scope() noexcept {
  if (inherited()) return;
  bool closed = false;
  {
    const MutexLock lock(mutex());
    closed = state_.is_closed();
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

int WorkerGroup::processes() const { return check_owner(mark_), size_; }

std::vector<pid_t> WorkerGroup::worker_pids() const {
  const OwnersCall this_call(mark_, processes_.starter());
  std::vector<pid_t> pids;
  auto& self = const_cast<WorkerGroup&>(*this);
  const MutexLock lock(self.mutex());
  self.state_.look();  // between calls nobody else reads the reports of deaths and starts
  self.collector_.changed();
  for (const WorkerSlot& slot : self.state_.dispatcher().slots()) {
    if (slot.pid != 0) pids.push_back(slot.pid);
  }
  return pids;
}

PoolStats WorkerGroup::stats() const {
  check_owner(mark_);
  const MutexLock lock(mutex());
  PoolStats stats = state_.dispatcher().stats();
  state_.supervisor().add_to(stats);
  return stats;
}

}  // namespace multiprocessing::detail
