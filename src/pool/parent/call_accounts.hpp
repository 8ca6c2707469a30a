// SPDX-License-Identifier: MIT
#pragma once

#include "pool/parent/item_timeouts.hpp"
#include "pool/parent/trace.hpp"
#include "pool/parent/worker_slot.hpp"

namespace multiprocessing::detail {

// How each item ended, and each call: puts answers and failures into the calls' tables, counts them, and tells the
// trace. Guarded by the group's mutex. Where it says nothing else it throws nothing.
class CallAccounts final : public AnswerSink {
 public:
  explicit CallAccounts(ItemTimeouts& timeouts) : timeouts_(timeouts) {}
  void trace_to(Trace& trace, const std::vector<WorkerSlot>& slots) { trace_ = &trace, slots_ = &slots; }

  void make_room_for(const GroupCall& call) { timeouts_.make_room_for(call); }  // Throws std::bad_alloc.
  void begin(const Batch& batch, bool is_last);                                 // the call's table expects it already
  void end(const Batch& batch, const std::exception_ptr& reason);
  void end_as_lost(const Batch& batch, const std::exception_ptr& reason);  // with its worker
  // The next item that is handed in has ended with the reason. Throws std::bad_alloc, and nothing has changed.
  void refuse(GroupCall& call, const std::exception_ptr& reason);
  void end_input(GroupCall& call);

  void on_start_failed(Bytes exception) override { start_failure_ = std::move(exception); }
  void on_answer(GroupCall& call, std::size_t index, ByteAnswer answer) override;
  void on_fixed_answers(GroupCall& call, std::size_t count) override;
  void on_loss(GroupCall& call, std::size_t index, ByteAnswer answer);  // elsewhere, of the worker
  void on_times(int slot, const GroupCall& call, std::size_t index, const ItemTimes& times, bool failed) override;

  // What the worker had begun does not come to its end there.
  void trace_lost(const WorkerSlot& slot, const char* why);
  void trace_recalled(const WorkerSlot& slot, const std::vector<Batch>& batches);

  struct EndedCalls {
    std::size_t all = 0;
    std::size_t expected = 0;  // those whose end a callback waited for
  };
  EndedCalls take_ended_calls() { return std::exchange(ended_calls_, {}); }
  Bytes take_start_failure() { return std::exchange(start_failure_, {}); }
  std::size_t finished() const { return finished_; }
  void add_to(PoolStats& stats) const;

 private:
  void end_if_complete(GroupCall& call);

  ItemTimeouts& timeouts_;
  Trace* trace_ = nullptr;
  const std::vector<WorkerSlot>* slots_ = nullptr;  // for the trace
  Bytes start_failure_;
  EndedCalls ended_calls_;
  std::size_t finished_ = 0;
  std::size_t failed_ = 0;
  std::size_t lost_ = 0;
};

}  // namespace multiprocessing::detail
