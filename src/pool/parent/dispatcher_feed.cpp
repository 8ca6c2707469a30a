// SPDX-License-Identifier: MIT
#include "pool/parent/dispatcher.hpp"

#include <algorithm>

namespace multiprocessing::detail {
namespace {

using namespace std::chrono_literals;

constexpr double nanoseconds_of(std::chrono::nanoseconds duration) { return static_cast<double>(duration.count()); }

constexpr double frame_nanoseconds = nanoseconds_of(100us);
constexpr double ahead_nanoseconds = nanoseconds_of(2ms);
constexpr double waking_nanoseconds = nanoseconds_of(20us);  // less work than this is not worth waking a worker for
constexpr double short_item_nanoseconds = nanoseconds_of(10us);
constexpr std::chrono::nanoseconds stuck_after = 1ms;  // at one item, while others wait behind it

std::size_t items_in(double nanoseconds, double nanoseconds_per_item) {
  return static_cast<std::size_t>(std::clamp(nanoseconds / nanoseconds_per_item, 1.0, 1e9));
}

}  // namespace

bool Dispatcher::is_stuck(const WorkerSlot& slot, Clock::time_point now) const {
  return slot.unanswered_items() != 0 &&
         now - progress_[static_cast<std::size_t>(slot.index())].last_answer > stuck_after;
}

bool Dispatcher::has_window(WorkerSlot& slot, double nanoseconds_per_item) const {
  const std::size_t most = nanoseconds_per_item == 0 ? 2 : 1 + items_in(ahead_nanoseconds, nanoseconds_per_item);
  return slot.unanswered_items() < most && left_of_life(slot) > 0 && slot.can_offer(slot.limit_bytes());
}

long Dispatcher::left_of_life(const WorkerSlot& slot) const {
  if (!max_tasks_per_child_) return std::numeric_limits<long>::max();
  return *max_tasks_per_child_ - static_cast<long>(slot.answered_items() + slot.unanswered_items());
}

// Long items, and those of which nothing is known, go to whoever is idle. Short ones stay with a worker that is awake
// as long as waking another would take more time than it saves.
WorkerSlot* Dispatcher::choose(const Batch& batch) {
  const double cost = batch.call().nanoseconds_per_item();
  const bool is_short = cost != 0 && cost < short_item_nanoseconds;
  if (is_short && quantum_ != 0 && has_window(slots_[current_], cost)) return &slots_[current_];

  const Clock::time_point now = Clock::now();
  WorkerSlot* best = nullptr;
  int best_rank = 0;
  for (WorkerSlot& slot : slots_) {
    if (!has_window(slot, cost)) continue;
    const double ahead = static_cast<double>(slot.unanswered_items()) * cost;
    const bool is_idle = slot.unanswered_items() == 0;
    int rank = 0;
    const bool ignored_work = progress_[static_cast<std::size_t>(slot.index())].ignored_work;
    if (is_stuck(slot, now) || (ignored_work && !slot.is_parked())) {
      rank = 1;
    } else if (is_short) {
      const bool is_parked = slot.is_parked();
      rank = !is_parked && ahead < waking_nanoseconds ? 4 : is_idle ? 3 : 2;
    } else {
      rank = is_idle ? (slot.is_parked() ? 3 : 4) : 2;
    }
    if (best == nullptr || rank > best_rank ||
        (rank == best_rank && slot.unanswered_items() < best->unanswered_items())) {
      best = &slot;
      best_rank = rank;
    }
  }
  if (best != nullptr) {
    current_ = static_cast<std::size_t>(best - slots_.data());
    quantum_ = is_short ? items_in(waking_nanoseconds, cost) : 0;
  }
  return best;
}

void Dispatcher::give(WorkerSlot& slot) {
  Batch& batch = queue_.front();
  const double cost = batch.call().nanoseconds_per_item();
  const std::size_t state_bytes = slot.function_bytes(batch.call());
  const std::size_t room = slot.limit_bytes() > state_bytes ? slot.limit_bytes() - state_bytes : 0;
  std::size_t items = cost == 0 ? 1 : items_in(frame_nanoseconds, cost);
  items = std::min({items, batch.call().chunksize, static_cast<std::size_t>(left_of_life(slot))});
  const Batch::Extent extent = batch.measure(items, room);
  if (slot.unanswered_items() == 0) progress_[static_cast<std::size_t>(slot.index())].last_answer = Clock::now();
  if (extent.items == batch.count) {
    slot.offer(std::move(batch), extent.bytes);
    queue_.pop_front();
  } else {
    Batch rest = batch;
    slot.offer(rest.split_front(extent), extent.bytes);
    batch = std::move(rest);
  }
  quantum_ -= std::min(quantum_, extent.items);
  retire_if_due(slot);
}

void Dispatcher::retire_if_due(WorkerSlot& slot) {
  if (left_of_life(slot) <= 0 && slot.can_offer(0)) slot.offer_leave();
}

void Dispatcher::feed() {
  while (!queue_.empty()) {
    WorkerSlot* const slot = choose(queue_.front());
    if (slot == nullptr) return;
    give(*slot);
  }
}

void Dispatcher::rebalance() {
  second_look_ = false;
  if (!queue_.empty()) return;
  const auto is_idle = [](const WorkerSlot& slot) {
    return slot.state == WorkerSlot::State::up && slot.unanswered_items() == 0;
  };
  if (std::none_of(slots_.begin(), slots_.end(), is_idle)) return;
  const Clock::time_point now = Clock::now();
  for (WorkerSlot& slot : slots_) {
    const std::size_t unclaimed = slot.unclaimed_items();
    if (unclaimed == 0) continue;
    const double cost = slot.working_on().nanoseconds_per_item();
    const double waits = static_cast<double>(unclaimed) * cost;
    if (cost != 0 && waits < waking_nanoseconds && !is_stuck(slot, now)) continue;
    std::vector<Batch> recalled = recall(slot);
    // It may be in a destructor that never ends, after an item that it has answered: not the same again.
    if (!recalled.empty() && slot.unanswered_items() == 0) {
      progress_[static_cast<std::size_t>(slot.index())].ignored_work = true;
    }
    requeue(std::move(recalled));
  }
  quantum_ = 0;
  feed();
  // What was short so far may have gone behind an item again that is long this time.
  second_look_ = has_unclaimed() && std::any_of(slots_.begin(), slots_.end(), is_idle);
}

bool Dispatcher::has_unclaimed() const {
  return std::any_of(slots_.begin(), slots_.end(), [](const WorkerSlot& slot) { return slot.unclaimed_items() != 0; });
}

bool Dispatcher::has_unclaimed_long() const {
  return std::any_of(slots_.begin(), slots_.end(), [](const WorkerSlot& slot) {
    if (slot.unclaimed_items() == 0) return false;
    const double cost = slot.working_on().nanoseconds_per_item();
    return cost == 0 || cost >= short_item_nanoseconds;
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
