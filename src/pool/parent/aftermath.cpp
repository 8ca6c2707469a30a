// SPDX-License-Identifier: MIT
#include "pool/parent/aftermath.hpp"

#include "os/wait_status.hpp"
#include "pool/parent/lost_worker.hpp"

#include <csignal>
#include <new>

namespace multiprocessing::detail {
namespace {

// Its worker was lost: that is its end, or it runs again.
void lose(const Batch& item, const std::exception_ptr& reason, Dispatcher& dispatcher) {
  if (item.call().may_run_again(item.first)) return dispatcher.give_back(item);
  dispatcher.accounts().end_as_lost(item, reason);
}

// One batch for each item; without memory for that, as they are.
std::vector<Batch> each_of(std::vector<Batch> batches, Dispatcher& dispatcher) noexcept {
  std::size_t count = 0;
  for (const Batch& batch : batches) count += batch.count;
  try {
    std::vector<Batch> items;
    items.reserve(count);
    dispatcher.make_room_for_returns(count);
    for (Batch& batch : batches) {
      while (batch.count != 0) items.push_back(batch.split_front(batch.measure(1, SIZE_MAX)));
    }
    return items;
  } catch (const std::bad_alloc&) {
    return batches;
  }
}

std::size_t lose_all(std::vector<Batch> batches, const WorkerSlot& slot, Dispatcher& dispatcher) {
  std::size_t lost = 0;
  const std::vector<Batch> items = each_of(std::move(batches), dispatcher);
  // Backwards: each one that is retried is pushed to the front, so order is kept.
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    lose(*item, channel_overwritten(slot.index(), slot.pid, item->call().first_index + item->first), dispatcher);
    lost += item->count;
  }
  return lost;
}

}  // namespace

Aftermath take_apart(WorkerSlot& slot, int wait_status, bool was_ordered, const WorkerStarter& starter,
                     Dispatcher& dispatcher) {
  CallAccounts& accounts = dispatcher.accounts();
  dispatcher.make_room_for_returns(slot.frames() + 1);
  // From here on nothing is to fail.
  const bool was_overwritten = slot.state == WorkerSlot::State::overwritten;
  const bool consistent = dispatcher.collect_last(slot);
  accounts.trace_lost(slot, "with its worker");
  WorkerSlot::Remains remains = slot.take_apart(was_overwritten || !consistent);
  wait_status = slot.ended_by(wait_status, was_ordered);
  Crash crash = slot.crash(wait_status);
  starter.to_our_addresses(crash);
  std::size_t lost = 0;
  if (remains.overwritten) {
    lost = lose_all(std::move(remains.rest), slot, dispatcher);
  } else {
    dispatcher.give_back(std::move(remains.rest));
    if (remains.blamed) {
      const auto& [item, phase] = *remains.blamed;
      const LostItem what{slot.index(), slot.pid, item.call().first_index + item.first, phase};
      if (remains.verdict == WorkerSlot::Verdict::cancelled) {
        accounts.end(item, cancelled_while_it_ran(what));
      } else if (remains.verdict == WorkerSlot::Verdict::outran_its_time && ending_signal(wait_status) == SIGKILL) {
        accounts.end(item, deadline_exceeded(what, item.call().timeout));
      } else {  // also of its own, before its time was up: a crash may take long to be over
        lose(item, worker_lost(what, wait_status, was_ordered, crash), dispatcher);
      }
      ++lost;
    }
  }
  const bool was_up = slot.state != WorkerSlot::State::starting;
  slot.state = WorkerSlot::State::absent;
  slot.pid = 0;
  return {remains.answered_items + lost, was_up, remains.verdict != WorkerSlot::Verdict::none, crash};
}

}  // namespace multiprocessing::detail
