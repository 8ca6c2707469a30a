// SPDX-License-Identifier: MIT
#include "pool/parent/dispatcher.hpp"

#include "os/wait_status.hpp"
#include "pool/parent/lost_worker.hpp"

#include <algorithm>
#include <csignal>

namespace multiprocessing::detail {

Dispatcher::Dispatcher(ChannelBlock& channels, int slots, std::optional<long> max_tasks_per_child)
    : progress_(static_cast<std::size_t>(slots)), max_tasks_per_child_(max_tasks_per_child) {
  slots_.reserve(static_cast<std::size_t>(slots));
  for (int slot = 0; slot != slots; ++slot) slots_.emplace_back(channels.channel(slot), slot);
}

void Dispatcher::trace_to(Trace& trace) {
  trace_ = &trace;
  for (WorkerSlot& slot : slots_) slot.time_all();
}

void Dispatcher::note_timeout(GroupCall& call) {
  const bool has_work = call.table.expected() != call.table.ended();
  if (!call.is_timed() || std::exchange(call.is_awaited_in_time, has_work) == has_work) return;
  any_timed_ = true;
  if (has_work) {
    ++timeouts_[call.timeout];
  } else if (--timeouts_[call.timeout] == 0) {
    timeouts_.erase(call.timeout);
  }
}

void Dispatcher::end_if_complete(GroupCall& call) {
  note_timeout(call);
  if (!call.end_if_complete()) return;
  if (trace_ != nullptr) trace_->call_ended(call.number);
  ++ended_calls_.all;
  if (call.is_expected) ++ended_calls_.expected;
}

void Dispatcher::end_input(GroupCall& call) {
  call.input_ended = true;
  end_if_complete(call);
}

void Dispatcher::on_answer(GroupCall& call, std::size_t index, ByteAnswer answer) {
  ++(answer.kind == ByteAnswer::Kind::value ? finished_ : failed_);
  call.table.put(index, std::move(answer));
  end_if_complete(call);
}

void Dispatcher::on_fixed_answers(GroupCall& call, std::size_t count) {
  finished_ += count;
  end_if_complete(call);
}

void Dispatcher::on_times(int slot, const GroupCall& call, std::size_t index, const ItemTimes& times, bool failed) {
  const pid_t pid = slots_[static_cast<std::size_t>(slot)].pid;
  trace_->item_ran(slot, {call.number, call.first_index + index, pid}, times, failed);
}

void Dispatcher::trace_lost(const WorkerSlot& slot, const char* why) {
  if (trace_ == nullptr) return;
  const auto begun = slot.begun_item();
  if (!begun) return;
  const Trace::Item item{begun->call.number, begun->call.first_index + begun->index, slot.pid};
  trace_->item_lost(slot.index(), item, begun->began_nanoseconds, why);
}

void Dispatcher::end(const Batch& batch, const std::exception_ptr& reason) {
  GroupCall& call = batch.call();
  call.table.put_failures(batch.first, batch.count, reason);
  failed_ += batch.count;
  end_if_complete(call);
}

void Dispatcher::refuse(GroupCall& call, const std::exception_ptr& reason) {
  const std::size_t index = call.table.expected();
  call.table.expect(index + 1);
  call.table.put(index, {.kind = ByteAnswer::Kind::failure, .error = reason});
  ++failed_;
}

std::optional<std::chrono::nanoseconds> Dispatcher::least_timeout() const {
  for (const auto& [timeout, calls] : timeouts_) {
    if (calls != 0) return timeout;
  }
  return std::nullopt;
}

void Dispatcher::submit(const Batch& batch, bool is_last) {
  GroupCall& call = batch.call();
  if (call.is_timed()) timeouts_.try_emplace(call.timeout, 0);
  queue_.push_back(batch);
  try {
    call.table.expect(batch.first + batch.count);
  } catch (const std::bad_alloc&) {
    queue_.undo_push_back();
    throw;
  }
  // From here on nothing is to fail.
  if (is_last) call.input_ended = true;
  note_timeout(call);
  if (!call.withdrawn) return;
  queue_.undo_push_back();
  end(batch, call.withdrawn);
}

std::size_t Dispatcher::unanswered() const {
  std::size_t items = 0;
  for (const WorkerSlot& slot : slots_) items += slot.unanswered_items();
  return items;
}

void Dispatcher::collect(WorkerSlot& slot) {
  const auto kept = slot.unanswered_items() == 0 ? nullptr : slot.working_on().shared_from_this();
  const std::size_t before = slot.answered_items();
  slot.collect(*this);
  WorkerProgress& progress = progress_[static_cast<std::size_t>(slot.index())];
  progress.items += slot.answered_items() - before;
  if (slot.answered_items() == before) return;
  progress.last_answer = Clock::now();
  progress.ignored_work = false;
  measure(slot, kept.get());
}

void Dispatcher::measure(WorkerSlot& slot, GroupCall* call) {
  WorkerProgress& progress = progress_[static_cast<std::size_t>(slot.index())];
  const std::chrono::nanoseconds worked = slot.working() - progress.working;
  const std::size_t answered = slot.answered_items() - progress.answered;
  // Only whole frames are timed: wait until some time was counted.
  if (worked <= std::chrono::nanoseconds::zero() || answered == 0 || call == nullptr) return;
  progress.working = slot.working();
  progress.answered = slot.answered_items();
  const double sample = static_cast<double>(worked.count()) / static_cast<double>(answered);
  double& cost = call->nanoseconds_per_item();
  // Down at once, up slowly: the first items of a worker take longer than the rest.
  cost = cost == 0 || sample < cost ? sample : cost + (sample - cost) / 4;
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
  if (trace_ == nullptr || batches.empty()) return batches;
  std::size_t items = 0;
  for (const Batch& batch : batches) items += batch.count;
  trace_->recalled(slot.index(), items);
  return batches;
}

void Dispatcher::requeue(std::vector<Batch> batches) noexcept {
  for (auto batch = batches.rbegin(); batch != batches.rend(); ++batch) {
    if (batch->call().withdrawn) {
      end(*batch, batch->call().withdrawn);
    } else {
      queue_.push_front(std::move(*batch));
    }
  }
}

void Dispatcher::withdraw(GroupCall& call, const std::exception_ptr& reason) {
  if (!call.withdrawn) call.withdrawn = reason;
  if (call.ended()) return;
  queue_.take_out(call, [&](const Batch& batch) { end(batch, reason); });
  recall_withdrawn();
  feed();
}

void Dispatcher::recall_withdrawn() {
  withdrawn_is_out_ = true;  // until this is through: memory may run out
  for (WorkerSlot& slot : slots_) {
    // A try fails if the worker claims meanwhile: then there is less to take back.
    for (int tries = 0; tries != 8 && slot.has_withdrawn(); ++tries) requeue(recall(slot));
  }
  withdrawn_is_out_ = false;
}

void Dispatcher::fail_everything(const std::exception_ptr& reason) noexcept {
  while (!queue_.empty()) {
    end(queue_.front(), reason);
    queue_.pop_front();
  }
  for (WorkerSlot& slot : slots_) {
    trace_lost(slot, "by the end of the pool");
    for (const Batch& batch : slot.take_apart(true).rest) end(batch, reason);
  }
}

void Dispatcher::condemn(const GroupCall& call) {
  for (WorkerSlot& slot : slots_) slot.condemn_if_it_runs(call);
}

void Dispatcher::lose(const Batch& item, const std::exception_ptr& reason) {
  if (item.call().may_run_again(item.first)) return queue_.push_front(item);
  end(item, reason);
  failed_ -= item.count;
  lost_ += item.count;
}

// One batch for each item; without memory for that, as they are.
std::vector<Batch> Dispatcher::each_of(std::vector<Batch> batches) noexcept {
  std::size_t count = 0;
  for (const Batch& batch : batches) count += batch.count;
  try {
    std::vector<Batch> items;
    items.reserve(count);
    queue_.make_room(count);
    for (Batch& batch : batches) {
      while (batch.count != 0) items.push_back(batch.split_front(batch.measure(1, SIZE_MAX)));
    }
    return items;
  } catch (const std::bad_alloc&) {
    return batches;
  }
}

Dispatcher::Ended Dispatcher::worker_ended(int index, int wait_status, bool was_ordered) {
  WorkerSlot& slot = slots_[static_cast<std::size_t>(index)];
  queue_.make_room(slot.frames() + 1);
  // From here on nothing is to fail.
  const bool was_overwritten = slot.state == WorkerSlot::State::overwritten;
  const std::size_t before = slot.answered_items();
  const bool consistent = slot.collect(*this);
  slot.abandon_names();
  progress_[static_cast<std::size_t>(index)].items += slot.answered_items() - before;
  trace_lost(slot, "with its worker");
  WorkerSlot::Aftermath aftermath = slot.take_apart(was_overwritten || !consistent);
  progress_[static_cast<std::size_t>(index)].answered = 0;
  wait_status = slot.ended_by(wait_status, was_ordered);
  const Crash crash = slot.crash(wait_status);
  std::size_t lost = 0;
  if (aftermath.overwritten) {
    const std::vector<Batch> items = each_of(std::move(aftermath.rest));
    // Backwards: each one that is retried is pushed to the front, so order is kept.
    for (auto item = items.rbegin(); item != items.rend(); ++item) {
      lose(*item, channel_overwritten(index, slot.pid, item->call().first_index + item->first));
      lost += item->count;
    }
  } else {
    requeue(std::move(aftermath.rest));
    if (aftermath.blamed) {
      const auto& [item, phase] = *aftermath.blamed;
      const LostItem what{index, slot.pid, item.call().first_index + item.first, phase};
      if (aftermath.verdict == WorkerSlot::Verdict::cancelled) {
        end(item, cancelled_while_it_ran(what));
      } else if (aftermath.verdict == WorkerSlot::Verdict::outran_its_time && ending_signal(wait_status) == SIGKILL) {
        end(item, deadline_exceeded(what, item.call().timeout));
      } else {  // also of its own, before its time was up: a crash may take long to be over
        lose(item, worker_lost(what, wait_status, was_ordered, crash));
      }
      ++lost;
    }
  }
  const bool was_up = slot.state != WorkerSlot::State::starting;
  slot.state = WorkerSlot::State::absent;
  slot.pid = 0;
  return {aftermath.answered_items + lost, was_up, aftermath.verdict != WorkerSlot::Verdict::none, crash};
}

PoolStats Dispatcher::stats() const {
  PoolStats stats;
  stats.finished = finished_;
  stats.failed = failed_;
  stats.lost = lost_;
  queue_.for_each([&](const Batch& batch) { stats.queued += batch.count; });
  for (const WorkerSlot& slot : slots_) {
    const std::size_t running = slot.unanswered_items() != 0 ? slot.running_items() : 0;
    stats.running += running;
    stats.queued += slot.unanswered_items() - running;
    WorkerStats worker;
    worker.pid = slot.pid;
    worker.items = progress_[static_cast<std::size_t>(slot.index())].items;
    worker.waiting = slot.waiting();
    worker.working = slot.working();
    stats.workers.push_back(worker);
  }
  return stats;
}

}  // namespace multiprocessing::detail
