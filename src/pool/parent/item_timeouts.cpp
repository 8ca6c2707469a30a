// SPDX-License-Identifier: MIT
#include "pool/parent/item_timeouts.hpp"

#include <algorithm>

namespace multiprocessing::detail {

void ItemTimeouts::make_room_for(const GroupCall& call) {
  if (call.is_timed()) calls_.try_emplace(call.timeout, 0);
}

void ItemTimeouts::note(GroupCall& call) noexcept {
  const bool has_work = call.table.expected() != call.table.ended();
  if (!call.is_timed() || std::exchange(call.is_awaited_in_time, has_work) == has_work) return;
  any_item_ = true;
  if (has_work) {
    ++calls_[call.timeout];
  } else if (--calls_[call.timeout] == 0) {
    calls_.erase(call.timeout);
  }
}

// No item can outrun its time sooner than this after it has begun.
std::optional<std::chrono::nanoseconds> ItemTimeouts::least() const {
  for (const auto& [timeout, calls] : calls_) {
    if (calls != 0) return timeout;
  }
  return std::nullopt;
}

void ItemTimeouts::enforce(std::vector<WorkerSlot>& slots, WorkerStarter& starter) {
  if (!is_needed()) return;
  const Clock::time_point now = Clock::now();
  is_asked_ = false;
  for (WorkerSlot& slot : slots) {
    if (slot.state == WorkerSlot::State::starting && of_initializer_ && slot.pid != 0 &&
        is_over(slot.forked_at, *of_initializer_, now, starter)) {
      slot.outran_initializer = true;
    }
    // One try: a swap that fails has met a worker that goes on, and there is another look before anybody sleeps.
    const auto item = slot.timed_item(now);
    if (item && is_over(item->began, item->timeout, now, starter)) {
      slot.condemn(item->running, WorkerSlot::Verdict::outran_its_time);
    }
  }
}

Deadline ItemTimeouts::next_look(std::vector<WorkerSlot>& slots) const {
  if (!is_needed()) return never;
  const Clock::time_point now = Clock::now();
  // What has not begun may begin as soon as we have looked.
  const auto soonest = least();
  Deadline next = soonest ? deadline_after(*soonest) : never;
  for (WorkerSlot& slot : slots) {
    // One that is not forked yet, or is killed already, rings with its report.
    if (slot.state == WorkerSlot::State::starting && slot.pid != 0 && !slot.is_killed && of_initializer_) {
      next = std::min(next, when_to_look(slot.forked_at, *of_initializer_, now));
    }
    if (!any_item_) continue;
    if (const auto item = slot.timed_item(now)) next = std::min(next, when_to_look(item->began, item->timeout, now));
  }
  return next;
}

// False also while the starter's answer is on its way: it comes with the bell of a report, then this is asked again.
bool ItemTimeouts::is_over(Clock::time_point began, std::chrono::nanoseconds limit, Clock::time_point now,
                           WorkerStarter& starter) {
  const Deadline end = end_of(began, limit);
  if (now < end) return false;
  const auto continued = starter.continued_at(end);
  is_asked_ = is_asked_ || !continued;
  if (!continued) return false;
  continued_at_ = *continued;
  return now >= end_of(began, limit);
}

// For what is over while an answer is on its way: at its bell.
Deadline ItemTimeouts::when_to_look(Clock::time_point began, std::chrono::nanoseconds limit,
                                    Clock::time_point now) const {
  const Deadline end = end_of(began, limit);
  return end <= now && is_asked_ ? never : end;
}

Deadline ItemTimeouts::end_of(Clock::time_point began, std::chrono::nanoseconds limit) const {
  const Clock::time_point begin = std::max(began, continued_at_);
  return limit < never - begin ? begin + limit : never;
}

}  // namespace multiprocessing::detail
