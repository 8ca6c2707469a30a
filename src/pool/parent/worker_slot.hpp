// SPDX-License-Identifier: MIT
#pragma once

#include "os/crash_trace.hpp"
#include "pool/parent/result_reader.hpp"
#include "pool/parent/running_watch.hpp"
#include "pool/parent/task_writer.hpp"

#include <optional>
#include <vector>

namespace multiprocessing::detail {

// One worker of a pool, from the parent's side: its process and its channel. Offers frames, takes them back, takes
// answers, and after a death says who had been begun. All that the worker wrote is copied, then checked. Guarded by the
// group's mutex.
class WorkerSlot : public WorkerProcess {
 public:
  using Verdict = RunningWatch::Verdict;

  WorkerSlot(const Channel& channel, int index)
      : channel_(channel),
        index_(index),
        frames_(channel),
        tasks_(channel),
        results_(channel, index),
        running_(channel) {}

  int index() const { return index_; }
  void time_all() { tasks_.time_all(), results_.time_all(); }  // from the start

  // Offering. The caller checks can_offer() and cuts the batch with limit_bytes(). Where memory runs out nothing has
  // changed, and the batch is still the caller's. Where it is room that lacks, arm() has the worker ring for some.
  bool can_offer(std::size_t bytes) { return state == State::up && tasks_.can_offer(bytes); }
  void forget_wants() { tasks_.forget_wants(); }
  std::size_t limit_bytes() const { return tasks_.limit_bytes(); }
  std::size_t function_bytes(const GroupCall& call) const { return tasks_.function_bytes(call); }
  void offer(Batch&& batch, std::size_t bytes) {
    if (!tasks_.offer(frames_, std::move(batch), bytes)) state = State::overwritten;
  }
  void offer_leave() { state = tasks_.offer_leave(frames_) ? State::leaving : State::overwritten; }
  void stream() { tasks_.stream(); }
  bool is_streaming() const { return tasks_.is_streaming(); }
  std::vector<Batch> recall();  // takes back, in order, what the worker has not claimed

  // What it has.
  GroupCall& working_on() const { return frames_.working_on(); }  // with an unanswered item
  std::size_t running_items() const {                             // 1 if it has begun one that it has not answered
    return frames_.unclaimed_frames() == frames_.size() ? 0 : 1;
  }
  std::size_t frames() const { return frames_.size(); }
  std::size_t unanswered_items() const { return frames_.unanswered_items(); }
  std::size_t answered_items() const { return frames_.answered_items(); }
  std::size_t unclaimed_frames() const { return frames_.unclaimed_frames(); }
  std::size_t unclaimed_items() const { return frames_.unclaimed_items(); }
  std::size_t claimed_items() const { return answered_items() + unanswered_items() - unclaimed_items(); }
  bool has_withdrawn() const { return frames_.has_withdrawn(); }
  bool is_parked() const {
    return park_reason(channel_.words->parked.load(std::memory_order_relaxed)) != ParkReason::awake;
  }

  // Taking. committed() needs no lock: it is news if it is not what was seen(). False from collect(): the channel's
  // words contradict each other.
  std::uint64_t committed() const { return channel_.words->committed.load(std::memory_order_acquire); }
  std::uint32_t cpu() const { return channel_.words->cpu.load(std::memory_order_relaxed); }  // without a lock, too
  std::uint64_t seen() const {  // by the last look; without a worker nobody looks
    return state == State::absent || state == State::overwritten ? committed() : results_.taken();
  }
  bool has_news() const { return committed() != results_.taken() || state == State::overwritten; }
  bool collect(AnswerSink& sink);
  void abandon_names() { results_.abandon_names(); }
  void abandon_all_names() noexcept { results_.abandon_all_names(); }
  std::chrono::nanoseconds working() const { return results_.times().working(); }
  std::chrono::nanoseconds waiting() const { return results_.times().waiting(); }

  // Waking: what the worker should ring for while the parent sleeps. `eager`: for every answer.
  void arm(bool eager, bool wants_to_offer, bool when_idle);
  bool needs_attention(bool wants_to_offer) const;  // would it have rung?

  // What runs.
  std::optional<RunningWatch::TimedItem> timed_item(Clock::time_point now) {
    return running_.timed_item(*this, frames_, now);
  }
  bool condemn(std::uint64_t running, Verdict verdict) { return running_.condemn(*this, running, verdict); }
  void condemn_if_it_runs(const GroupCall& call) { running_.condemn_if_it_runs(*this, frames_, call); }
  std::optional<RunningWatch::BegunItem> begun_item() const { return running_.begun_item(frames_); }

  // After the worker's death was reported and the last answers were collected.
  struct Remains {
    bool overwritten = false;
    Verdict verdict = Verdict::none;
    std::optional<std::pair<Batch, Phase>> blamed;  // one item
    std::vector<Batch> rest;                        // all else that was not answered; overwritten: the lost ones
    std::size_t answered_items = 0;
  };
  Remains take_apart(bool overwritten) noexcept;
  // What its death was, before the channel is reset. One that we killed may have been about to end by a crash.
  int ended_by(int wait_status, bool was_ordered) const;  // a wait status
  Crash crash(int wait_status) const;

 private:
  bool take_answers(AnswerSink& sink);

  Channel channel_;
  int index_;
  FramesInFlight frames_;
  TaskWriter tasks_;
  ResultReader results_;
  RunningWatch running_;
};

}  // namespace multiprocessing::detail
