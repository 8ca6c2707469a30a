// SPDX-License-Identifier: MIT
#include "pool/parent/call_accounts.hpp"

namespace multiprocessing::detail {

void CallAccounts::end_if_complete(GroupCall& call) {
  timeouts_.note(call);
  if (!call.end_if_complete()) return;
  if (trace_ != nullptr) trace_->call_ended(call.number);
  ++ended_calls_.all;
  if (call.is_expected) ++ended_calls_.expected;
}

void CallAccounts::begin(const Batch& batch, bool is_last) {
  if (is_last) batch.call().input_ended = true;
  timeouts_.note(batch.call());
}

void CallAccounts::end_input(GroupCall& call) {
  call.input_ended = true;
  end_if_complete(call);
}

void CallAccounts::on_answer(GroupCall& call, std::size_t index, ByteAnswer answer) {
  ++(answer.kind == ByteAnswer::Kind::value ? finished_ : failed_);
  call.table.put(index, std::move(answer));
  end_if_complete(call);
}

void CallAccounts::on_loss(GroupCall& call, std::size_t index, ByteAnswer answer) {
  on_answer(call, index, std::move(answer));
  --failed_;
  ++lost_;
}

void CallAccounts::on_fixed_answers(GroupCall& call, std::size_t count) {
  finished_ += count;
  end_if_complete(call);
}

void CallAccounts::end(const Batch& batch, const std::exception_ptr& reason) {
  GroupCall& call = batch.call();
  call.table.put_failures(batch.first, batch.count, reason);
  failed_ += batch.count;
  end_if_complete(call);
}

void CallAccounts::end_as_lost(const Batch& batch, const std::exception_ptr& reason) {
  end(batch, reason);
  failed_ -= batch.count;
  lost_ += batch.count;
}

void CallAccounts::refuse(GroupCall& call, const std::exception_ptr& reason) {
  const std::size_t index = call.table.expected();
  call.table.expect(index + 1);
  call.table.put(index, {.kind = ByteAnswer::Kind::failure, .error = reason});
  ++failed_;
}

void CallAccounts::on_times(int slot, const GroupCall& call, std::size_t index, const ItemTimes& times, bool failed) {
  const pid_t pid = (*slots_)[static_cast<std::size_t>(slot)].pid;
  trace_->item_ran(slot, {call.number, call.first_index + index, pid}, times, failed);
}

void CallAccounts::trace_lost(const WorkerSlot& slot, const char* why) {
  if (trace_ == nullptr) return;
  const auto begun = slot.begun_item();
  if (!begun) return;
  const Trace::Item item{begun->call.number, begun->call.first_index + begun->index, slot.pid};
  trace_->item_lost(slot.index(), item, begun->began_nanoseconds, why);
}

void CallAccounts::trace_recalled(const WorkerSlot& slot, const std::vector<Batch>& batches) {
  if (trace_ == nullptr || batches.empty()) return;
  std::size_t items = 0;
  for (const Batch& batch : batches) items += batch.count;
  trace_->recalled(slot.index(), items);
}

void CallAccounts::add_to(PoolStats& stats) const {
  stats.finished = finished_;
  stats.failed = failed_;
  stats.lost = lost_;
}

}  // namespace multiprocessing::detail
