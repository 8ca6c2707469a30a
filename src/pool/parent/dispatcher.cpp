// SPDX-License-Identifier: MIT
#include "pool/parent/dispatcher.hpp"

#include <algorithm>

namespace multiprocessing::detail {
namespace {

std::vector<WorkerSlot> slots_of(ChannelBlock& channels, int count) {
  std::vector<WorkerSlot> slots;
  slots.reserve(static_cast<std::size_t>(count));
  for (int slot = 0; slot != count; ++slot) slots.emplace_back(channels.channel(slot), slot);
  return slots;
}

bool is_idle(const WorkerSlot& slot) { return slot.state == WorkerSlot::State::up && slot.unanswered_items() == 0; }

}  // namespace

Dispatcher::Dispatcher(ChannelBlock& channels, int slots, std::optional<long> max_tasks_per_child,
                       CallAccounts& accounts)
    : accounts_(accounts), slots_(slots_of(channels, slots)), policy_(slots_, max_tasks_per_child) {}

void Dispatcher::trace_to(Trace& trace) {
  accounts_.trace_to(trace, slots_);
  for (WorkerSlot& slot : slots_) slot.time_all();
}

void Dispatcher::submit(const Batch& batch, bool is_last) {
  GroupCall& call = batch.call();
  accounts_.make_room_for(call);
  queue_.push_back(batch);
  try {
    call.table.expect(batch.first + batch.count);
  } catch (...) {
    queue_.undo_push_back();
    throw;
  }
  // From here on nothing is to fail.
  accounts_.begin(batch, is_last);
  if (!call.withdrawn) return;
  queue_.undo_push_back();
  accounts_.end(batch, call.withdrawn);
}

std::size_t Dispatcher::unanswered() const {
  std::size_t items = 0;
  for (const WorkerSlot& slot : slots_) items += slot.unanswered_items();
  return items;
}

void Dispatcher::collect(WorkerSlot& slot) {
  const auto kept = slot.unanswered_items() == 0 ? nullptr : slot.working_on().shared_from_this();
  const std::size_t before = slot.answered_items();
  slot.collect(accounts_);
  policy_.note_answers(slot, slot.answered_items() - before, kept.get());
}

bool Dispatcher::collect_last(WorkerSlot& slot) {
  const std::size_t before = slot.answered_items();
  const bool consistent = slot.collect(accounts_);
  slot.abandon_names();
  policy_.note_end(slot, slot.answered_items() - before);
  return consistent;
}

void Dispatcher::pass() {
  for (WorkerSlot& slot : slots_) {
    slot.forget_wants();
    if (slot.state == WorkerSlot::State::absent) continue;
    if (slot.has_news()) collect(slot);
    if (slot.is_streaming()) slot.stream();
    retire_if_due(slot);
  }
  if (withdrawn_is_out_) recall_withdrawn();
  feed();
  rebalance();
}

std::vector<Batch> Dispatcher::recall(WorkerSlot& slot) {
  queue_.make_room(slot.unclaimed_frames());
  std::vector<Batch> batches = slot.recall();
  accounts_.trace_recalled(slot, batches);
  return batches;
}

void Dispatcher::give_back(std::vector<Batch> batches) noexcept {
  for (auto batch = batches.rbegin(); batch != batches.rend(); ++batch) {
    if (batch->call().withdrawn) {
      accounts_.end(*batch, batch->call().withdrawn);
    } else {
      queue_.push_front(std::move(*batch));
    }
  }
}

void Dispatcher::withdraw(GroupCall& call, const std::exception_ptr& reason) {
  if (!call.withdrawn) call.withdrawn = reason;
  if (call.ended()) return;
  queue_.take_out(call, [&](const Batch& batch) { accounts_.end(batch, reason); });
  recall_withdrawn();
  feed();
}

void Dispatcher::recall_withdrawn() {
  withdrawn_is_out_ = true;  // until this is through: memory may run out
  for (WorkerSlot& slot : slots_) {
    // A try fails if the worker claims meanwhile: then there is less to take back.
    for (int tries = 0; tries != 8 && slot.has_withdrawn(); ++tries) give_back(recall(slot));
  }
  withdrawn_is_out_ = false;
}

void Dispatcher::fail_everything(const std::exception_ptr& reason) noexcept {
  while (!queue_.empty()) {
    accounts_.end(queue_.front(), reason);
    queue_.pop_front();
  }
  for (WorkerSlot& slot : slots_) {
    accounts_.trace_lost(slot, "by the end of the pool");
    for (const Batch& batch : slot.take_apart(true).rest) accounts_.end(batch, reason);
  }
}

void Dispatcher::condemn(const GroupCall& call) {
  for (WorkerSlot& slot : slots_) slot.condemn_if_it_runs(call);
}

PoolStats Dispatcher::stats() const {
  PoolStats stats;
  accounts_.add_to(stats);
  queue_.for_each([&](const Batch& batch) { stats.queued += batch.count; });
  for (const WorkerSlot& slot : slots_) {
    const std::size_t running = slot.unanswered_items() != 0 ? slot.running_items() : 0;
    stats.running += running;
    stats.queued += slot.unanswered_items() - running;
    WorkerStats worker;
    worker.pid = slot.pid;
    worker.items = policy_.answered_by_all(slot);
    worker.waiting = slot.waiting();
    worker.working = slot.working();
    stats.workers.push_back(worker);
  }
  return stats;
}

void Dispatcher::feed() {
  while (!queue_.empty()) {
    WorkerSlot* const slot = policy_.choose(queue_.front());
    if (slot == nullptr) return;
    give(*slot);
  }
}

void Dispatcher::give(WorkerSlot& slot) {
  Batch& batch = queue_.front();
  const Batch::Extent extent = policy_.share(slot, batch);
  const bool was_idle = slot.unanswered_items() == 0;
  if (extent.items == batch.count) {
    slot.offer(std::move(batch), extent.bytes);
    queue_.pop_front();
  } else {
    Batch rest = batch;
    slot.offer(rest.split_front(extent), extent.bytes);
    batch = std::move(rest);
  }
  policy_.note_given(slot, extent.items, was_idle);
  retire_if_due(slot);
}

// It has run as many items as max_tasks_per_child allows.
void Dispatcher::retire_if_due(WorkerSlot& slot) {
  if (policy_.is_due_to_leave(slot) && slot.can_offer(0)) slot.offer_leave();
}

void Dispatcher::rebalance() {
  second_look_ = false;
  if (!queue_.empty() || std::none_of(slots_.begin(), slots_.end(), is_idle)) return;
  policy_.begin_anew();
  if (unanswered() == 0) return;
  const Clock::time_point now = Clock::now();
  for (WorkerSlot& slot : slots_) {
    if (!policy_.should_recall(slot, now)) continue;
    std::vector<Batch> recalled = recall(slot);
    if (!recalled.empty()) policy_.note_recalled(slot);
    give_back(std::move(recalled));
  }
  feed();
  // What was short so far may have gone behind an item again that is long this time.
  second_look_ = has_unclaimed() && std::any_of(slots_.begin(), slots_.end(), is_idle);
}

bool Dispatcher::has_unclaimed() const {
  return std::any_of(slots_.begin(), slots_.end(), [](const WorkerSlot& slot) { return slot.unclaimed_items() != 0; });
}

bool Dispatcher::has_unclaimed_long() const {
  return std::any_of(slots_.begin(), slots_.end(), [](const WorkerSlot& slot) {
    return slot.unclaimed_items() != 0 && HandoutPolicy::is_long(slot.working_on());
  });
}

void Dispatcher::arm(bool eager, bool idle_matters) {
  const bool wants_to_offer = has_queue();
  for (WorkerSlot& slot : slots_) {
    if (slot.state == WorkerSlot::State::absent) continue;
    slot.arm(eager, wants_to_offer, idle_matters || wants_to_offer);
  }
}

bool Dispatcher::needs_attention() const {
  const bool wants_to_offer = has_queue();
  return std::any_of(slots_.begin(), slots_.end(), [&](const WorkerSlot& slot) {
    return slot.state != WorkerSlot::State::absent && slot.needs_attention(wants_to_offer);
  });
}

}  // namespace multiprocessing::detail
