// SPDX-License-Identifier: MIT
#include "pool/dispatcher.hpp"

#include "pool/lost_worker.hpp"

#include <algorithm>

namespace multiprocessing::detail {

Dispatcher::Dispatcher(ChannelBlock& channels, int slots, std::optional<long> max_tasks_per_child)
    : pace_(static_cast<std::size_t>(slots)), max_tasks_per_child_(max_tasks_per_child) {
  slots_.reserve(static_cast<std::size_t>(slots));
  for (int slot = 0; slot != slots; ++slot) slots_.emplace_back(channels.channel(slot), slot);
}

void Dispatcher::end_if_complete(GroupCall& call) {
  if (!call.end_if_complete()) return;
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

void Dispatcher::end(const Batch& batch, const std::exception_ptr& reason) {
  GroupCall& call = batch.call();
  for (std::size_t index = batch.first; index != batch.first + batch.count; ++index) {
    call.table.put(index, {.kind = ByteAnswer::Kind::failure, .error = reason});
  }
  failed_ += batch.count;
  end_if_complete(call);
}

void Dispatcher::refuse(GroupCall& call, const std::exception_ptr& reason) {
  const std::size_t index = call.table.expected();
  call.table.expect(index + 1);
  call.table.put(index, {.kind = ByteAnswer::Kind::failure, .error = reason});
  ++failed_;
}

void Dispatcher::submit(Batch batch) {
  GroupCall& call = batch.call();
  call.table.expect(batch.first + batch.count);
  if (call.withdrawn) return end(batch, call.withdrawn);
  queue_.push_back(std::move(batch));
  feed();
}

std::size_t Dispatcher::unanswered() const {
  std::size_t items = 0;
  for (const WorkerSlot& slot : slots_) items += slot.unanswered_items();
  return items;
}

void Dispatcher::collect(WorkerSlot& slot) {
  const auto kept = slot.unanswered_items() == 0 ? nullptr : slot.working_on().shared_from_this();
  const std::size_t before = slot.answered_items();
  if (!slot.collect(*this) && std::find(overwritten_.begin(), overwritten_.end(), slot.index()) == overwritten_.end()) {
    overwritten_.push_back(slot.index());
  }
  Pace& pace = pace_[static_cast<std::size_t>(slot.index())];
  pace.items += slot.answered_items() - before;
  if (slot.answered_items() == before) return;
  pace.progress = Clock::now();
  measure(slot, kept.get());
}

void Dispatcher::measure(WorkerSlot& slot, GroupCall* call) {
  Pace& pace = pace_[static_cast<std::size_t>(slot.index())];
  const std::chrono::nanoseconds worked = slot.working() - pace.working;
  const std::size_t answered = slot.answered_items() - pace.answered;
  // Only whole frames are timed: wait until some time was counted.
  if (worked <= std::chrono::nanoseconds::zero() || answered == 0 || call == nullptr) return;
  pace.working = slot.working();
  pace.answered = slot.answered_items();
  const double sample = static_cast<double>(worked.count()) / static_cast<double>(answered);
  double& paced = call->nanoseconds_per_item();
  // Down at once, up slowly: the first items of a worker take longer than the rest.
  paced = paced == 0 || sample < paced ? sample : paced + (sample - paced) / 4;
}

void Dispatcher::pass() {
  for (WorkerSlot& slot : slots_) {
    slot.forget_wants();
    if (slot.state == WorkerSlot::State::absent) continue;
    if (slot.has_news()) collect(slot);
    if (slot.is_streaming()) slot.stream();
    retire_if_due(slot);
  }
  feed();
  rebalance();
}

void Dispatcher::requeue(std::vector<Batch> batches) {
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
  std::deque<Batch> queue = std::exchange(queue_, {});
  for (Batch& batch : queue) {
    if (&batch.call() == &call) {
      end(batch, reason);
    } else {
      queue_.push_back(std::move(batch));
    }
  }
  for (WorkerSlot& slot : slots_) {
    // A try fails if the worker claims meanwhile: then there is less to take back.
    for (int tries = 0; tries != 8 && slot.unclaimed_items() != 0; ++tries) requeue(slot.recall());
  }
  feed();
}

void Dispatcher::fail_everything(const std::exception_ptr& reason) {
  for (const Batch& batch : std::exchange(queue_, {})) end(batch, reason);
  for (WorkerSlot& slot : slots_) {
    WorkerSlot::Aftermath aftermath = slot.take_apart(true);
    for (const Batch& batch : aftermath.rest) end(batch, reason);
  }
}

Dispatcher::Ended Dispatcher::worker_ended(int index, int wait_status, bool was_ordered) {
  WorkerSlot& slot = slots_[static_cast<std::size_t>(index)];
  const bool was_overwritten = std::find(overwritten_.begin(), overwritten_.end(), index) != overwritten_.end();
  std::erase(overwritten_, index);
  const std::size_t before = slot.answered_items();
  const bool consistent = slot.collect(*this);
  pace_[static_cast<std::size_t>(index)].items += slot.answered_items() - before;
  WorkerSlot::Aftermath aftermath = slot.take_apart(was_overwritten || !consistent);
  pace_[static_cast<std::size_t>(index)].answered = 0;
  if (aftermath.overwritten) {
    for (const Batch& batch : aftermath.rest) {
      for (std::size_t item = batch.first; item != batch.first + batch.count; ++item) {
        Batch one{batch.work, item, 1};
        end(one, channel_overwritten(index, slot.pid, batch.call().first_index + item));
        --failed_, ++lost_, ++aftermath.answered_items;
      }
    }
  } else {
    if (aftermath.blamed) {
      const auto& [batch, phase] = *aftermath.blamed;
      end(batch, worker_lost(wait_status, index, slot.pid, batch.call().first_index + batch.first, phase, was_ordered));
      --failed_, ++lost_, ++aftermath.answered_items;
    }
    requeue(std::move(aftermath.rest));
  }
  const bool was_up = slot.state != WorkerSlot::State::starting;
  slot.state = WorkerSlot::State::absent;
  slot.pid = 0;
  feed();
  return {aftermath.answered_items, was_up};
}

PoolStats Dispatcher::stats() const {
  PoolStats stats;
  stats.finished = finished_;
  stats.failed = failed_;
  stats.lost = lost_;
  for (const Batch& batch : queue_) stats.queued += batch.count;
  for (const WorkerSlot& slot : slots_) {
    const std::size_t running = slot.unanswered_items() != 0 ? slot.running_items() : 0;
    stats.running += running;
    stats.queued += slot.unanswered_items() - running;
    WorkerStats worker;
    worker.pid = slot.pid;
    worker.items = pace_[static_cast<std::size_t>(slot.index())].items;
    worker.waiting = slot.waiting();
    worker.working = slot.working();
    stats.workers.push_back(worker);
  }
  return stats;
}

}  // namespace multiprocessing::detail
