// SPDX-License-Identifier: MIT
#include "pool/parent/running_watch.hpp"

#include <algorithm>
#include <utility>

namespace multiprocessing::detail {

std::optional<RunningWatch::TimedItem> RunningWatch::timed_item(WorkerProcess& process, const FramesInFlight& frames,
                                                                Clock::time_point now) {
  const RunningWord seen = running();
  if (seen.phase == Phase::none || process.state == WorkerProcess::State::absent || process.must_be_killed()) {
    return std::nullopt;
  }
  const std::chrono::nanoseconds timeout = frames.timeout_of(seen.item);
  if (timeout == std::chrono::nanoseconds::max()) return std::nullopt;
  if (seen.condemned) {  // not by us
    process.state = WorkerProcess::State::overwritten;
    return std::nullopt;
  }
  if (std::exchange(watched_number_, seen.item) != seen.item) watched_since_ = now;
  // The worker's stamp may be garbage: it counts if it is earlier than what we saw ourselves.
  const std::uint64_t stamp = words_->began_nanoseconds.load(std::memory_order_relaxed);
  const Clock::time_point stamped{std::chrono::nanoseconds(static_cast<std::int64_t>(stamp & INT64_MAX))};
  return TimedItem{seen.word(), std::min(stamped, watched_since_), timeout};
}

bool RunningWatch::condemn(WorkerProcess& process, std::uint64_t word, Verdict verdict) {
  RunningWord condemned = RunningWord::of(word);
  condemned.condemned = true;
  // One try: a worker that has gone on meanwhile is no longer at what was looked at.
  if (!words_->running.compare_exchange_strong(word, condemned.word(), std::memory_order_seq_cst)) return false;
  verdict_ = verdict;
  process.state = WorkerProcess::State::condemned;
  return true;
}

void RunningWatch::condemn_if_it_runs(WorkerProcess& process, const FramesInFlight& frames, const GroupCall& call) {
  if (!call.is_revocable || process.must_be_killed()) return;
  const FramesInFlight::Frame* const frame = frames.claimed_work();
  if (frame == nullptr || &frame->batch.call() != &call) return;
  const RunningWord seen = running();
  const std::uint64_t first = frames.first_number();
  const std::uint64_t last = first + frame->batch.count - 1;
  // The worker's next change must be a swap: it begins an item of this frame, or has not left the last one.
  const bool is_behind = seen.item > last || (seen.item == last && seen.phase == Phase::none);
  if (seen.item + 1 >= first && !is_behind && !seen.condemned) condemn(process, seen.word(), Verdict::cancelled);
}

std::optional<RunningWatch::BegunItem> RunningWatch::begun_item(const FramesInFlight& frames) const {
  const RunningWord seen = running();
  if (seen.phase == Phase::none || seen.item != frames.answered_items() + 1) return std::nullopt;
  const FramesInFlight::Frame* const frame = frames.claimed_work();
  if (frame == nullptr) return std::nullopt;
  return BegunItem{frame->batch.call(), frame->batch.first + frame->answered,
                   words_->began_nanoseconds.load(std::memory_order_relaxed)};
}

RunningWatch::LastWord RunningWatch::last_word(const FramesInFlight& frames) const {
  const auto [item, phase, condemned] = running();
  const bool nothing_begun = item == frames.answered_items() && (phase == Phase::none || phase == Phase::done);
  const bool begun = item == frames.answered_items() + 1 && phase >= Phase::decoding && phase <= Phase::done &&
                     frames.claimed_work() != nullptr;
  return {.is_possible = (begun || nothing_begun) && condemned == (verdict_ != Verdict::none),
          .begun = begun ? std::optional(phase) : std::nullopt,
          .verdict = verdict_};
}

void RunningWatch::start_anew() noexcept {
  verdict_ = Verdict::none;
  watched_number_ = 0;
}

}  // namespace multiprocessing::detail
