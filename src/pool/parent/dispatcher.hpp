// SPDX-License-Identifier: MIT
#pragma once

#include "pool/parent/trace.hpp"
#include "pool/parent/work_queue.hpp"
#include "pool/parent/worker_slot.hpp"

#include <map>

namespace multiprocessing::detail {

// Which worker gets what, and when. Holds the queue of what no worker has yet, and the workers' channels. Guarded by
// the group's mutex; waits for nothing.
//
// Items are handed ahead by time: about two milliseconds of work for each worker, at least one item beside the one that
// runs; a frame holds about a tenth of a millisecond. How long items take is measured for each call.
class Dispatcher final : private AnswerSink {
 public:
  Dispatcher(ChannelBlock& channels, int slots, std::optional<long> max_tasks_per_child);
  void trace_to(Trace& trace);  // before any work

  // Into the queue. Throws std::bad_alloc, and nothing has changed.
  void submit(const Batch& batch, bool is_last);
  void feed();  // hands out what is queued
  // Takes what has been answered, hands out what is queued, moves work from behind long items to idle workers.
  void pass();
  void withdraw(GroupCall& call, const std::exception_ptr& reason);  // what has not begun ends with the reason
  void condemn(const GroupCall& call);                               // the workers that run some of it; one try each
  void fail_everything(const std::exception_ptr& reason) noexcept;
  void refuse(GroupCall& call, const std::exception_ptr& reason);  // the next item handed in has ended so
  void end_input(GroupCall& call);
  // A reaped worker: its last answers are taken, the item it had begun is lost, the rest goes back into the queue.
  // Throws std::bad_alloc: the worker has not been taken for dead yet, call it again.
  struct Ended {
    std::size_t progress;  // items that it had answered or lost: 0 is a worker that died for nothing
    bool was_up;
    bool was_condemned;
    Crash crash;
  };
  Ended worker_ended(int slot, int wait_status, bool was_ordered);

  std::vector<WorkerSlot>& slots() { return slots_; }
  const std::vector<WorkerSlot>& slots() const { return slots_; }
  bool idle() const { return queue_.empty() && unanswered() == 0; }
  bool has_queue() const { return !queue_.empty(); }
  std::size_t unanswered() const;
  // Of the calls that have work here: no item can outrun its time sooner than this after it has begun.
  std::optional<std::chrono::nanoseconds> least_timeout() const;
  bool any_timed() const { return any_timed_; }  // ever: what hangs after its answer has no call any more
  Bytes take_start_failure() { return std::exchange(start_failure_, {}); }
  std::size_t started_since_last_look() { return std::exchange(started_, 0); }
  PoolStats stats() const;
  std::size_t finished() const { return finished_; }

  struct EndedCalls {
    std::size_t all = 0;
    std::size_t expected = 0;  // those whose end a callback waited for
  };
  EndedCalls take_ended_calls() { return std::exchange(ended_calls_, {}); }
  bool queue_is_news() const { return queue_.size() % 16 == 1; }  // it has just begun to grow, or grows on
  bool has_unclaimed() const;                                     // work waits behind other work
  bool has_unclaimed_long() const;                                // and may do so for long

  void arm(bool eager, bool idle_matters);
  bool needs_attention() const;
  // When to look again without being woken: work waits behind an item that may be long while a worker is idle.
  bool wants_second_look() const { return second_look_; }

 private:
  void on_started() override { ++started_; }
  void on_start_failed(Bytes exception) override { start_failure_ = std::move(exception); }
  void end_if_complete(GroupCall& call);
  void note_timeout(GroupCall& call);
  void on_answer(GroupCall& call, std::size_t index, ByteAnswer answer) override;
  void on_fixed_answers(GroupCall& call, std::size_t count) override;
  void on_times(int slot, const GroupCall& call, std::size_t index, const ItemTimes& times, bool failed) override;

  struct WorkerProgress {  // of one worker, for the measure of its items
    std::chrono::nanoseconds working{};
    std::size_t answered = 0;
    Clock::time_point last_answer{};
    bool ignored_work = false;  // what was handed to it when it had nothing else, and so was taken back
    std::size_t items = 0;      // answered by all the processes that held the place
  };
  void collect(WorkerSlot& slot);
  void measure(WorkerSlot& slot, GroupCall* call);
  WorkerSlot* choose(const Batch& batch);
  bool has_window(WorkerSlot& slot, double nanoseconds_per_item) const;
  bool is_stuck(const WorkerSlot& slot, Clock::time_point now) const;
  void give(WorkerSlot& slot);
  void retire_if_due(WorkerSlot& slot);  // it has run as many items as max_tasks_per_child allows
  long left_of_life(const WorkerSlot& slot) const;
  void rebalance();
  std::vector<Batch> recall(WorkerSlot& slot);
  void trace_lost(const WorkerSlot& slot, const char* why);
  void recall_withdrawn();
  void requeue(std::vector<Batch> batches) noexcept;  // at the front, where there is room
  std::vector<Batch> each_of(std::vector<Batch> batches) noexcept;
  void end(const Batch& batch, const std::exception_ptr& reason);
  void lose(const Batch& item, const std::exception_ptr& reason);  // its worker was lost: that is its end, or a retry

  std::vector<WorkerSlot> slots_;
  Trace* trace_ = nullptr;
  std::vector<WorkerProgress> progress_;
  WorkQueue queue_;
  std::optional<long> max_tasks_per_child_;
  std::size_t current_ = 0;  // the worker that short items go to, and how many more it gets
  std::size_t quantum_ = 0;
  bool second_look_ = false;
  bool withdrawn_is_out_ = false;  // some that was withdrawn may still be with workers, unclaimed
  std::map<std::chrono::nanoseconds, std::size_t> timeouts_;  // of calls with unanswered items, and how many calls
  bool any_timed_ = false;
  Bytes start_failure_;
  std::size_t started_ = 0;
  EndedCalls ended_calls_;
  std::size_t finished_ = 0;
  std::size_t failed_ = 0;
  std::size_t lost_ = 0;
};

}  // namespace multiprocessing::detail
