// SPDX-License-Identifier: MIT
#include "pool/parent/worker_group.hpp"

#include <multiprocessing/cpu_count.hpp>

#include "pool/check_options.hpp"
#include "pool/function_name.hpp"
#include "pool/owner_check.hpp"

#include <limits>

namespace multiprocessing::detail {

namespace {

constexpr double spin_below_nanoseconds = 20'000;  // of items that take longer no answer comes while we spin

}  // namespace

std::shared_ptr<ByteCall> WorkerGroup::begin(PreparedFunction function, const CallSettings& settings) {
  check_owner(mark_);
  if (!function.refused) function.refused = modules_.why_not(function.code);
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
  const std::string name = trace_ ? function_name(function.image) : std::string();  // a search in symbol tables
  MutexLock lock(mutex());
  if (state_ != State::open) throw std::logic_error("the pool is closed: it takes no more work");
  if (const std::exception_ptr broken = supervisor_->broken_error()) {
    lock.unlock();
    std::rethrow_exception(with_crash_stack(broken));
  }
  supervisor_->start_missing();
  if (settings.asynchronous) collector_.start_background();
  double& cost = item_costs_.of(function.image);
  auto call = std::make_shared<GroupCall>(shared_from_this(), callback_thread_, std::move(function.image), settings,
                                          cost, ++calls_, settings.numbered ? numbered_calls_++ : 0);
  call->withdrawn = ended_by_ ? ended_by_ : function.refused;
  if (trace_) trace_->call_began(call->number, name);
  // A call that waits alone is not told of each answer. Now there may be work of another behind its last one.
  if (++open_calls_ == 2) collector_.changed();
  return call;
}

void WorkerGroup::submit(ByteCall& call, Chunk chunk, bool is_last) {
  if (inherited()) return;
  auto& group_call = static_cast<GroupCall&>(call);
  const std::size_t first = chunk.first;
  const std::size_t count = chunk.count;
  auto work = group_call.send(std::move(chunk));
  const MutexLock lock(mutex());
  if (const std::exception_ptr ended = why_ended()) {
    // An endless input is not read on: this item says why.
    group_call.refuse_more();
    if (!group_call.withdrawn) group_call.withdrawn = ended;
  }
  dispatcher_.submit({std::move(work), first, count, {}}, is_last);
  now_or_soon([&]() MULTIPROCESSING_REQUIRES(mutex()) {
    dispatcher_.feed();
    // The workers that this call ordered may have been refused already. Then nobody else would notice this work.
    if (state_ != State::terminated && supervisor_->none_left()) supervisor_->start_missing();
    if (group_call.is_timed()) collector_.look_by(deadline_after(group_call.timeout));
    tell_if_waiting();
    if (is_last && state_ != State::open) look(), collector_.changed();
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

// Null while work can be handed in.
std::exception_ptr WorkerGroup::why_ended() const { return ended_by_ ? ended_by_ : supervisor_->broken_error(); }

// What was handed in may have changed what must be noticed while nobody looks.
void WorkerGroup::tell_if_waiting() {
  if (dispatcher_.has_queue() && dispatcher_.queue_is_news()) {
    look();
    collector_.changed();
  } else if (collector_.may_oversleep() &&
             (dispatcher_.has_queue() || dispatcher_.has_unclaimed() || collector_.is_resting())) {
    collector_.alert();
  }
}

void WorkerGroup::refuse(ByteCall& call, std::exception_ptr reason) {
  if (inherited()) return;
  const MutexLock lock(mutex());
  accounts_.refuse(static_cast<GroupCall&>(call), reason);
}

void WorkerGroup::end_input(ByteCall& call) noexcept {
  if (inherited()) return;
  const MutexLock lock(mutex());
  accounts_.end_input(static_cast<GroupCall&>(call));
  if (state_ == State::open) return;
  now_or_soon([&]() MULTIPROCESSING_REQUIRES(mutex()) { look(), collector_.changed(); });  // join() may wait for this
}

long WorkerGroup::default_buffersize(long chunksize) const {
  constexpr long most = std::numeric_limits<long>::max();
  return chunksize > most / 4 / processes_ ? most : 4L * processes_ * chunksize;
}

bool WorkerGroup::wait(GroupCall& call, Call::Until until, std::size_t index, Deadline deadline) {
  check_owner(mark_);
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
      return until != Call::Until::all_ended || group.open_calls_ > 1 ||
             call.table.expected() - call.table.ended() <= static_cast<std::size_t>(group.processes_);
    }
    bool spins() const override { return call.nanoseconds_per_item() < spin_below_nanoseconds; }
  };
  return collector_.wait(Awaits(*this, call, until, index), deadline);
}

void WorkerGroup::withdraw(GroupCall& call, const char* why) {
  if (inherited()) return;
  const MutexLock lock(mutex());
  now_or_soon([&]() MULTIPROCESSING_REQUIRES(mutex()) {
    dispatcher_.withdraw(call, cancelled(why));
    look();
    collector_.changed();
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
    const MutexLock lock(mutex());
    dispatcher_.condemn(call);
    now_or_soon([&]() MULTIPROCESSING_REQUIRES(mutex()) { look(); });  // orders the kills
    // What is not condemned now has gone on meanwhile: then once more.
  } while (!wait(call, Call::Until::all_ended, 0, std::min(end, deadline_after(std::chrono::milliseconds(1)))) &&
           Clock::now() < end);
  return is_cancelled();
}

void WorkerGroup::expect_end(GroupCall& call) {
  check_owner(mark_);
  const MutexLock lock(mutex());
  if (call.ended() || call.is_expected) return;
  collector_.start_background();
  call.is_expected = true;
  ++expected_ends_;
  if (expected_ends_ == 1) collector_.arm_background();
  collector_.changed();
}

void WorkerGroup::look() {
  if (state_ == State::terminated) return;
  supervisor_->look();
  const CallAccounts::EndedCalls ended = accounts_.take_ended_calls();
  open_calls_ -= ended.all;
  expected_ends_ -= ended.expected;
  if (state_ == State::closed && open_calls_ == 0) supervisor_->finish();
}

void WorkerGroup::arm(bool eager, For whom) {
  const bool idle_matters = whom == For::waiter || eager || state_ != State::open || dispatcher_.has_unclaimed_long();
  dispatcher_.arm(eager, idle_matters);
}

bool WorkerGroup::needs_attention() {
  return state_ != State::terminated && supervisor_->broken().empty() && dispatcher_.needs_attention();
}

Deadline WorkerGroup::next_deadline(For whom) {
  Deadline next = supervisor_->next_deadline();
  // While short items pass, a look now and then is cheaper than being rung for each: does one turn out to be long?
  const bool progress = std::exchange(finished_at_last_look_, accounts_.finished()) != accounts_.finished();
  const bool short_ones_wait = dispatcher_.has_unclaimed() && !dispatcher_.has_unclaimed_long();
  if (whom == For::background && (progress || short_ones_wait)) {
    next = std::min(next, Clock::now() + std::chrono::milliseconds(1));
  }
  return next;
}

void WorkerGroup::remember_news() {
  seen_.clear();
  for (const WorkerSlot& slot : dispatcher_.slots()) seen_.push_back(slot.committed());
}

bool WorkerGroup::has_news() const {
  for (std::size_t slot = 0; slot != seen_.size(); ++slot) {
    if (dispatcher_.slots()[slot].committed() != seen_[slot]) return true;
  }
  return false;
}

int WorkerGroup::processes() const { return check_owner(mark_), processes_; }

std::vector<pid_t> WorkerGroup::worker_pids() const {
  check_owner(mark_);
  std::vector<pid_t> pids;
  auto& self = const_cast<WorkerGroup&>(*this);
  const MutexLock lock(self.mutex());
  self.look();  // between calls nobody else reads the reports of deaths and starts
  self.collector_.changed();
  for (const WorkerSlot& slot : self.dispatcher_.slots()) {
    if (slot.pid != 0) pids.push_back(slot.pid);
  }
  return pids;
}

PoolStats WorkerGroup::stats() const {
  check_owner(mark_);
  const MutexLock lock(mutex());
  PoolStats stats = dispatcher_.stats();
  supervisor_->add_to(stats);
  return stats;
}

std::shared_ptr<ByteCore> make_worker_group(const PoolOptions& options) {
  check_options(options);
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
