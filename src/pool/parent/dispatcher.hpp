// SPDX-License-Identifier: MIT
#pragma once

#include "pool/parent/call_accounts.hpp"
#include "pool/parent/handout_policy.hpp"
#include "pool/parent/work_queue.hpp"
#include "pool/parent/worker_slot.hpp"

#include <optional>

namespace multiprocessing::detail {

// Hands work out to workers, as HandoutPolicy says, and takes it back. Holds the queue of what no worker has yet, and
// the workers' channels. Guarded by the group's mutex; waits for nothing.
class Dispatcher {
 public:
  Dispatcher(ChannelBlock& channels, int slots, std::optional<long> max_tasks_per_child, CallAccounts& accounts);
  void trace_to(Trace& trace);  // before any work
  CallAccounts& accounts() { return accounts_; }

  // Into the queue. Throws std::bad_alloc, and nothing has changed.
  void submit(const Batch& batch, bool is_last);
  void feed();  // hands out what is queued
  // Takes what has been answered, hands out what is queued, moves work from behind long items to idle workers.
  void pass();
  void withdraw(GroupCall& call, const std::exception_ptr& reason);  // what has not begun ends with the reason
  void condemn(const GroupCall& call);                               // the workers that run some of it; one try each
  void fail_everything(const std::exception_ptr& reason) noexcept;

  // For what a dead worker leaves (aftermath.hpp). False: the channel's words contradict each other.
  bool collect_last(WorkerSlot& slot);
  void make_room_for_returns(std::size_t batches) { queue_.make_room(batches); }  // Throws std::bad_alloc.
  // To the front of the queue, in order; there is room. What was withdrawn ends.
  void give_back(std::vector<Batch> batches) noexcept;
  void give_back(const Batch& item) { queue_.push_front(item); }  // of a call that was not withdrawn

  std::vector<WorkerSlot>& slots() { return slots_; }
  const std::vector<WorkerSlot>& slots() const { return slots_; }
  bool idle() const { return queue_.empty() && unanswered() == 0; }
  bool has_queue() const { return !queue_.empty(); }
  std::size_t unanswered() const;
  PoolStats stats() const;
  bool queue_is_news() const { return queue_.size() % 16 == 1; }  // it has just begun to grow, or grows on
  bool has_unclaimed() const;                                     // work waits behind other work
  bool has_unclaimed_long() const;                                // and may do so for long

  void arm(bool eager, bool idle_matters);
  bool needs_attention() const;
  // When to look again without being woken: work waits behind an item that may be long while a worker is idle.
  bool wants_second_look() const { return second_look_; }

 private:
  void collect(WorkerSlot& slot);
  void give(WorkerSlot& slot);
  void retire_if_due(WorkerSlot& slot);
  void rebalance();
  std::vector<Batch> recall(WorkerSlot& slot);
  void recall_withdrawn();

  CallAccounts& accounts_;
  std::vector<WorkerSlot> slots_;
  HandoutPolicy policy_;
  WorkQueue queue_;
  bool second_look_ = false;
  bool withdrawn_is_out_ = false;  // some that was withdrawn may still be with workers, unclaimed
};

}  // namespace multiprocessing::detail
