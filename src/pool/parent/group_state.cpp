// SPDX-License-Identifier: MIT
#include "pool/parent/group_state.hpp"

#include "pool/parent/trace_path.hpp"

#include <algorithm>
#include <system_error>

namespace multiprocessing::detail {

GroupState::GroupState(const PoolOptions& options, ChannelBlock& channels, int processes)
    : channels_(channels),
      timeouts_(options.initializer_timeout),
      accounts_(timeouts_),
      dispatcher_(channels, processes, options.max_tasks_per_child, accounts_) {
  seen_.reserve(dispatcher_.slots().size());
}

void GroupState::supervise(WorkerStarter& starter, std::chrono::nanoseconds proof) {
  starter_ = &starter;
  supervisor_.emplace(
      dispatcher_, timeouts_, starter, [this](int slot) { channels_.reset(slot); }, proof);
}

void GroupState::start_trace(const PoolOptions& options) {
  const std::optional<std::filesystem::path> path = trace_path(options);
  if (!path) return;
  const int processes = static_cast<int>(dispatcher_.slots().size());
  try {
    trace_.emplace(*path, processes);
  } catch (const std::system_error& error) {
    // Which program of several with the same environment is asked for one may not know.
    if (options.trace || error.code() != std::errc::device_or_resource_busy) throw;
    trace_.emplace(with_pid(*path), processes);
  }
  dispatcher_.trace_to(*trace_);
  supervisor_->trace_to(*trace_);
}

std::shared_ptr<GroupCall> GroupState::open_call(std::shared_ptr<CallHost> host, CallbackThread& callback_thread,
                                                 PreparedFunction function, const CallSettings& settings) {
  double& cost = item_costs_.of(function.image);
  auto call = std::make_shared<GroupCall>(std::move(host), callback_thread, std::move(function.image), settings, cost,
                                          calls_ + 1, settings.single ? numbered_calls_ : settings.first_item);
  ++calls_;
  if (settings.single) ++numbered_calls_;
  ++open_calls_;
  call->withdrawn = ended_by_ ? ended_by_ : function.refused;
  return call;
}

void GroupState::submit(const Batch& batch, bool is_last) {
  if (const std::exception_ptr ended = why_ended()) {
    // An endless input is not read on: this item says why.
    GroupCall& call = batch.call();
    call.refuse_more();
    if (!call.withdrawn) call.withdrawn = ended;
  }
  dispatcher_.submit(batch, is_last);
}

void GroupState::hand_out() {
  dispatcher_.feed();
  // The workers that this call ordered may have been refused already. Then nobody else would notice this work.
  if (!is_terminated() && supervisor_->none_left()) supervisor_->start_missing();
}

bool GroupState::expect_end(GroupCall& call) {
  call.is_expected = true;
  return ++expected_ends_ == 1;
}

std::exception_ptr GroupState::why_ended() const { return ended_by_ ? ended_by_ : supervisor_->broken_error(); }

void GroupState::close() {
  phase_ = Phase::closed;
  look();
}

void GroupState::terminate(const std::exception_ptr& reason) noexcept {
  phase_ = Phase::terminated;
  ended_by_ = reason;
  dispatcher_.fail_everything(reason);
}

bool GroupState::is_over() const {
  return is_terminated() || !supervisor_->broken().empty() || (open_calls_ == 0 && supervisor_->none_left());
}

void GroupState::finish() {
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

void GroupState::look() {
  if (is_terminated()) return;
  supervisor_->look();
  const CallAccounts::EndedCalls ended = accounts_.take_ended_calls();
  open_calls_ -= ended.all;
  expected_ends_ -= ended.expected;
  if (is_closed() && open_calls_ == 0) supervisor_->finish();
}

void GroupState::arm(bool eager, For whom) {
  const bool idle_matters = whom == For::waiter || eager || !is_open() || dispatcher_.has_unclaimed_long();
  dispatcher_.arm(eager, idle_matters);
}

bool GroupState::needs_attention() {
  return !is_terminated() && supervisor_->broken().empty() && dispatcher_.needs_attention();
}

Deadline GroupState::next_deadline(For whom) {
  Deadline next = supervisor_->next_deadline();
  // While short items pass, a look now and then is cheaper than being rung for each: does one turn out to be long?
  const bool progress = std::exchange(finished_at_last_look_, accounts_.finished()) != accounts_.finished();
  const bool short_ones_wait = dispatcher_.has_unclaimed() && !dispatcher_.has_unclaimed_long();
  if (whom == For::background && open_calls_ != 0 && (progress || short_ones_wait)) {
    next = std::min(next, Clock::now() + std::chrono::milliseconds(1));
  }
  return next;
}

void GroupState::remember_news() {
  seen_.clear();
  // Not what is committed now: an answer that came while look() ran would never be news, and both sides would spin.
  for (const WorkerSlot& slot : dispatcher_.slots()) seen_.push_back({slot.seen(), slot.unanswered_items() != 0});
}

bool GroupState::has_news() const {
  for (std::size_t slot = 0; slot != seen_.size(); ++slot) {
    if (dispatcher_.slots()[slot].committed() != seen_[slot].committed) return true;
  }
  return false;
}

bool GroupState::works_on(std::uint32_t cpu) const {
  if (cpu == 0) return false;  // the system does not tell
  for (std::size_t slot = 0; slot != seen_.size(); ++slot) {
    if (seen_[slot].is_busy && dispatcher_.slots()[slot].cpu() == cpu) return true;
  }
  return false;
}

}  // namespace multiprocessing::detail
