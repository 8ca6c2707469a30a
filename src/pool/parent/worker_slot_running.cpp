// SPDX-License-Identifier: MIT
#include "pool/parent/worker_slot.hpp"

#include "os/wait_status.hpp"

#include <algorithm>
#include <csignal>

namespace multiprocessing::detail {

// The word `running`, from the parent's side: who has outrun its time, who is condemned, and who is blamed in the end.

std::uint64_t WorkerSlot::first_number() const {
  return answered_items_ + 1 - (frames_.empty() ? 0 : frames_.front().answered);
}

std::chrono::nanoseconds WorkerSlot::timeout_of(std::uint64_t number) const {
  std::uint64_t first = first_number();
  if (number < first) return last_timeout_;
  for (const Frame& frame : frames_) {
    if (number - first < frame.batch.count) return frame.batch.call().timeout;
    first += frame.batch.count;
  }
  return std::chrono::nanoseconds::max();
}

std::optional<WorkerSlot::TimedItem> WorkerSlot::timed_item(Clock::time_point now) {
  const RunningWord seen = running();
  if (seen.phase == Phase::none || state == State::absent || must_be_killed()) return std::nullopt;
  const std::chrono::nanoseconds timeout = timeout_of(seen.item);
  if (timeout == std::chrono::nanoseconds::max()) return std::nullopt;
  if (seen.condemned) {  // not by us
    state = State::overwritten;
    return std::nullopt;
  }
  if (std::exchange(watched_number_, seen.item) != seen.item) watched_since_ = now;
  // The worker's stamp may be garbage: it counts if it is earlier than what we saw ourselves.
  const std::uint64_t stamp = channel_.words->began_nanoseconds.load(std::memory_order_relaxed);
  const Clock::time_point stamped{std::chrono::nanoseconds(static_cast<std::int64_t>(stamp & INT64_MAX))};
  return TimedItem{seen.word(), std::min(stamped, watched_since_), timeout};
}

bool WorkerSlot::condemn(std::uint64_t word, Verdict verdict) {
  RunningWord condemned = RunningWord::of(word);
  condemned.condemned = true;
  // One try: a worker that has gone on meanwhile is no longer at what was looked at.
  if (!channel_.words->running.compare_exchange_strong(word, condemned.word(), std::memory_order_seq_cst)) return false;
  verdict_ = verdict;
  state = State::condemned;
  return true;
}

void WorkerSlot::condemn_if_it_runs(const GroupCall& call) {
  if (!call.is_revocable || must_be_killed() || frames_.empty()) return;
  const Batch& batch = frames_.front().batch;
  if (batch.count == 0 || &batch.call() != &call || !is_claimed(frames_.front())) return;
  const RunningWord seen = running();
  const std::uint64_t first = first_number();
  const std::uint64_t last = first + batch.count - 1;
  // What the worker does next must be a swap: an item of this frame begins, or its last one is still on.
  const bool is_behind = seen.item > last || (seen.item == last && seen.phase == Phase::none);
  if (seen.item + 1 >= first && !is_behind && !seen.condemned) condemn(seen.word(), Verdict::cancelled);
}

std::optional<WorkerSlot::BegunItem> WorkerSlot::begun_item() const {
  const RunningWord seen = running();
  if (frames_.empty() || seen.phase == Phase::none || seen.item != answered_items_ + 1) return std::nullopt;
  const Frame& frame = frames_.front();
  if (frame.batch.count == 0 || !is_claimed(frame)) return std::nullopt;
  return BegunItem{frame.batch.call(), frame.batch.first + frame.answered,
                   channel_.words->began_nanoseconds.load(std::memory_order_relaxed)};
}

int WorkerSlot::ended_by(int wait_status, bool was_ordered) const {
  const int crashed = was_ordered ? noted_signal(*channel_.crash) : 0;
  return crashed != 0 && ending_signal(wait_status) == SIGKILL ? crashed : wait_status;
}

Crash WorkerSlot::crash(int wait_status) const {
  return crash_of(*channel_.crash, ending_signal(wait_status).value_or(0));
}

WorkerSlot::Aftermath WorkerSlot::take_apart(bool overwritten) noexcept {
  Aftermath aftermath{.overwritten = overwritten,
                      .verdict = std::exchange(verdict_, Verdict::none),
                      .blamed = {},
                      .rest = std::exchange(left_, {}),
                      .answered_items = answered_items_};
  const auto [item, phase, condemned] = running();
  const bool nothing_begun = item == answered_items_ && (phase == Phase::none || phase == Phase::done);
  const bool begun = item == answered_items_ + 1 && phase >= Phase::decoding && phase <= Phase::done &&
                     !frames_.empty() && is_claimed(frames_.front()) && frames_.front().batch.count != 0;
  if ((!begun && !nothing_begun) || condemned != (aftermath.verdict != Verdict::none)) aftermath.overwritten = true;

  for (Frame& frame : frames_) {
    Batch rest = std::move(frame.batch);
    if (rest.count == 0) continue;
    if (frame.answered != 0) rest.split_front(rest.measure(frame.answered, SIZE_MAX));
    if (begun && !aftermath.overwritten && !aftermath.blamed) {
      aftermath.blamed.emplace(rest.split_front(rest.measure(1, SIZE_MAX)), phase);
    }
    if (rest.count != 0) aftermath.rest.push_back(std::move(rest));
  }
  past_working_ = std::min(past_working_ + std::exchange(now_working_, {}), longest_time);
  past_waiting_ = std::min(past_waiting_ + std::exchange(now_waiting_, {}), longest_time);
  frames_.clear();
  stream_.clear();
  wants_room_ = false;
  forget_parts();
  cached_calls_.fill(0);
  filled_ = taken_ = 0;
  offered_ = rung_for_ = 0;
  watched_number_ = 0;
  last_timeout_ = std::chrono::nanoseconds::max();
  unanswered_items_ = answered_items_ = 0;
  return aftermath;
}

}  // namespace multiprocessing::detail
