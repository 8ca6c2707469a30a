// SPDX-License-Identifier: MIT
#pragma once

#include "pool/parent/worker_slot.hpp"

#include <optional>
#include <vector>

namespace multiprocessing::detail {

// Which worker gets the next items, how many of them, and from which worker they are taken back. It only says so: the
// Dispatcher does it, and tells what came of it. Guarded by the group's mutex. Throws nothing.
//
// Items are handed ahead by time: about two milliseconds of work for each worker, at least one item beside the one that
// runs; a frame holds about a tenth of a millisecond. How long items take is measured for each function (ItemCosts).
class HandoutPolicy {
 public:
  HandoutPolicy(std::vector<WorkerSlot>& slots, std::optional<long> max_tasks_per_child)
      : slots_(slots), max_tasks_per_child_(max_tasks_per_child), progress_(slots.size()) {}

  WorkerSlot* choose(const Batch& batch);                                 // null: nobody should get more now
  Batch::Extent share(const WorkerSlot& slot, const Batch& batch) const;  // of the batch, for the one chosen
  void note_given(const WorkerSlot& slot, std::size_t items, bool was_idle);
  bool is_due_to_leave(const WorkerSlot& slot) const { return left_of_life(slot) <= 0; }

  // Should what this worker has not claimed go to an idle one?
  bool should_recall(const WorkerSlot& slot, Clock::time_point now) const;
  void note_recalled(const WorkerSlot& slot);
  void begin_anew() { quantum_ = 0; }  // with idle workers

  // So many items were answered since; `call`: the one of the first of them.
  void note_answers(const WorkerSlot& slot, std::size_t items, GroupCall* call);
  void note_end(const WorkerSlot& slot, std::size_t last_items);                               // of the worker
  std::size_t answered_by_all(const WorkerSlot& slot) const { return of(slot).all_answered; }  // workers of the slot

  static bool is_long(GroupCall& call);  // or perhaps

 private:
  struct WorkerProgress {
    std::chrono::nanoseconds working{};  // when its items were measured last, as `answered`
    std::size_t answered = 0;
    Clock::time_point last_answer{};  // or when it was given work while it had none
    bool ignored_work = false;        // idle, given work, did not claim it; recalled
    std::size_t all_answered = 0;     // also by earlier workers of this slot
  };
  WorkerProgress& of(const WorkerSlot& slot) { return progress_[static_cast<std::size_t>(slot.index())]; }
  const WorkerProgress& of(const WorkerSlot& slot) const { return progress_[static_cast<std::size_t>(slot.index())]; }
  bool has_window(WorkerSlot& slot, double nanoseconds_per_item) const;
  bool is_stuck(const WorkerSlot& slot, Clock::time_point now) const;
  long left_of_life(const WorkerSlot& slot) const;
  int rank(const WorkerSlot& slot, double cost, bool is_short, Clock::time_point now) const;

  std::vector<WorkerSlot>& slots_;
  std::optional<long> max_tasks_per_child_;
  std::vector<WorkerProgress> progress_;
  std::size_t current_ = 0;  // the worker that short items go to, and how many more it gets
  std::size_t quantum_ = 0;
};

}  // namespace multiprocessing::detail
