// SPDX-License-Identifier: MIT
#include "pool/parent/worker_slot.hpp"

#include "os/wait_status.hpp"

#include <csignal>

namespace multiprocessing::detail {

std::vector<Batch> WorkerSlot::recall() {
  if (state == State::overwritten) return {};
  std::optional<std::vector<Batch>> batches = tasks_.recall(frames_);
  if (!batches) return {};
  if (state == State::leaving) state = State::up;  // that frame was the last one
  return std::move(*batches);
}

bool WorkerSlot::collect(AnswerSink& sink) {
  if (state != State::overwritten && take_answers(sink)) return true;
  state = State::overwritten;  // gets nothing more, and nothing is taken back from it
  return false;
}

bool WorkerSlot::take_answers(AnswerSink& sink) {
  // Acquire: what is before `committed` is whole. Pairs with the store in ResultWriter::publish. Loaded once: what
  // comes later is for the next pass, so that no worker can hold us here. Loaded first: what is answered was claimed.
  const std::uint64_t committed = channel_.words->committed.load(std::memory_order_seq_cst);
  return frames_.is_possible(frames_.turn(std::memory_order_acquire)) && tasks_.consumed_is_possible() &&
         results_.take(committed, *this, frames_, sink);
}

void WorkerSlot::arm(bool eager, bool wants_to_offer, bool when_idle) {
  WakeThresholds& line = *channel_.wake;
  // Seq_cst: the listener may be asleep already, and it is another thread that wants more now.
  line.at_committed.store(results_.wake_at_committed(eager || state == State::starting), std::memory_order_seq_cst);
  line.at_consumed.store(tasks_.wake_at_consumed(), std::memory_order_relaxed);
  line.when_idle.store(when_idle ? 1 : 0, std::memory_order_relaxed);
  line.at_claimed.store(wants_to_offer ? frames_.wake_at_claimed() : 0, std::memory_order_seq_cst);
}

bool WorkerSlot::needs_attention(bool wants_to_offer) const {
  const std::uint64_t committed = channel_.words->committed.load(std::memory_order_seq_cst);
  const Turn turn = frames_.turn(std::memory_order_seq_cst);
  const std::uint64_t consumed = channel_.words->consumed.load(std::memory_order_seq_cst);
  const WakeThresholds& line = *channel_.wake;
  const std::uint32_t wanted = line.at_claimed.load(std::memory_order_relaxed);
  return state == State::overwritten || committed >= line.at_committed.load(std::memory_order_relaxed) ||
         consumed >= line.at_consumed.load(std::memory_order_relaxed) ||
         (committed != results_.taken() && turn.claimed == turn.offered) ||
         (wants_to_offer && wanted != 0 && static_cast<std::int32_t>(turn.claimed - wanted) >= 0 && state == State::up);
}

WorkerSlot::Remains WorkerSlot::take_apart(bool overwritten) noexcept {
  const auto [is_possible, begun, verdict] = running_.last_word(frames_);
  Remains remains{.overwritten = overwritten || !is_possible,
                  .verdict = verdict,
                  .blamed = {},
                  .rest = {},
                  .answered_items = frames_.answered_items()};
  remains.rest = frames_.take_unanswered();
  if (begun && !remains.overwritten) {
    Batch& first = remains.rest.front();
    remains.blamed.emplace(first.split_front(first.measure(1, SIZE_MAX)), *begun);
    if (first.count == 0) remains.rest.erase(remains.rest.begin());
  }
  tasks_.start_anew();
  results_.start_anew();
  running_.start_anew();
  return remains;
}

int WorkerSlot::ended_by(int wait_status, bool was_ordered) const {
  const int crashed = was_ordered ? noted_signal(*channel_.crash) : 0;
  return crashed != 0 && ending_signal(wait_status) == SIGKILL ? crashed : wait_status;
}

Crash WorkerSlot::crash(int wait_status) const {
  return crash_of(*channel_.crash, ending_signal(wait_status).value_or(0));
}

}  // namespace multiprocessing::detail
