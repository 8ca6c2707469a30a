// SPDX-License-Identifier: MIT
#include "pool/parent/handout_policy.hpp"

#include <algorithm>
#include <limits>

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

bool HandoutPolicy::is_long(GroupCall& call) {
  const double cost = call.nanoseconds_per_item();
  return cost == 0 || cost >= short_item_nanoseconds;
}

bool HandoutPolicy::is_stuck(const WorkerSlot& slot, Clock::time_point now) const {
  return slot.unanswered_items() != 0 && now - of(slot).last_answer > stuck_after;
}

bool HandoutPolicy::has_window(WorkerSlot& slot, double nanoseconds_per_item) const {
  const std::size_t most = nanoseconds_per_item == 0 ? 2 : 1 + items_in(ahead_nanoseconds, nanoseconds_per_item);
  return slot.unanswered_items() < most && left_of_life(slot) > 0 && slot.can_offer(slot.limit_bytes());
}

long HandoutPolicy::left_of_life(const WorkerSlot& slot) const {
  if (!max_tasks_per_child_) return std::numeric_limits<long>::max();
  return *max_tasks_per_child_ - static_cast<long>(slot.answered_items() + slot.unanswered_items());
}

int HandoutPolicy::rank(const WorkerSlot& slot, double cost, bool is_short, Clock::time_point now) const {
  const bool is_idle = slot.unanswered_items() == 0;
  if (is_stuck(slot, now) || (of(slot).ignored_work && !slot.is_parked())) return 1;
  if (!is_short) return is_idle ? (slot.is_parked() ? 3 : 4) : 2;
  const double ahead = static_cast<double>(slot.unanswered_items()) * cost;
  if (!slot.is_parked() && ahead < waking_nanoseconds) return 4;
  return is_idle ? 3 : 2;
}

// Long items, and those of which nothing is known, go to whoever is idle. Short ones stay with a worker that is awake
// as long as waking another would take more time than it saves.
WorkerSlot* HandoutPolicy::choose(const Batch& batch) {
  const double cost = batch.call().nanoseconds_per_item();
  const bool is_short = !is_long(batch.call());
  if (is_short && quantum_ != 0 && has_window(slots_[current_], cost)) return &slots_[current_];

  const auto has_work = [](const WorkerSlot& slot) { return slot.unanswered_items() != 0; };
  const bool any_has_work = std::any_of(slots_.begin(), slots_.end(), has_work);
  const Clock::time_point now = any_has_work ? Clock::now() : Clock::time_point();  // who has no work is not stuck
  WorkerSlot* best = nullptr;
  int best_rank = 0;
  for (WorkerSlot& slot : slots_) {
    if (!has_window(slot, cost)) continue;
    const int its_rank = rank(slot, cost, is_short, now);
    if (best == nullptr || its_rank > best_rank ||
        (its_rank == best_rank && slot.unanswered_items() < best->unanswered_items())) {
      best = &slot;
      best_rank = its_rank;
    }
  }
  if (best != nullptr) {
    current_ = static_cast<std::size_t>(best - slots_.data());
    quantum_ = is_short ? items_in(waking_nanoseconds, cost) : 0;
  }
  return best;
}

Batch::Extent HandoutPolicy::share(const WorkerSlot& slot, const Batch& batch) const {
  const double cost = batch.call().nanoseconds_per_item();
  const std::size_t state_bytes = slot.function_bytes(batch.call());
  const std::size_t room = slot.limit_bytes() > state_bytes ? slot.limit_bytes() - state_bytes : 0;
  std::size_t items = cost == 0 ? 1 : items_in(frame_nanoseconds, cost);
  items = std::min({items, batch.call().chunksize, static_cast<std::size_t>(left_of_life(slot))});
  return batch.measure(items, room);
}

void HandoutPolicy::note_given(const WorkerSlot& slot, std::size_t items, bool was_idle) {
  if (was_idle) of(slot).last_answer = Clock::now();
  quantum_ -= std::min(quantum_, items);
}

bool HandoutPolicy::should_recall(const WorkerSlot& slot, Clock::time_point now) const {
  const std::size_t unclaimed = slot.unclaimed_items();
  if (unclaimed == 0) return false;
  const double cost = slot.working_on().nanoseconds_per_item();
  return cost == 0 || static_cast<double>(unclaimed) * cost >= waking_nanoseconds || is_stuck(slot, now);
}

// It may be in a destructor that never ends, after an item that it has answered: not the same again.
void HandoutPolicy::note_recalled(const WorkerSlot& slot) {
  if (slot.unanswered_items() == 0) of(slot).ignored_work = true;
}

void HandoutPolicy::note_answers(const WorkerSlot& slot, std::size_t items, GroupCall* call) {
  if (items == 0) return;
  WorkerProgress& progress = of(slot);
  progress.all_answered += items;
  progress.last_answer = Clock::now();
  progress.ignored_work = false;
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

void HandoutPolicy::note_end(const WorkerSlot& slot, std::size_t last_items) {
  of(slot).all_answered += last_items;
  of(slot).answered = 0;
}

}  // namespace multiprocessing::detail
