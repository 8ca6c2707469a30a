// SPDX-License-Identifier: MIT
#pragma once

#include "hosts/messages.hpp"
#include "hosts/stream_link.hpp"
#include "pool/completion_queue.hpp"
#include "pool/parent/worker_group.hpp"

#include <map>
#include <memory>

namespace multiprocessing::detail {

// The items that a host's workers have been handed, by ticket: each ticket is a call of the worker group. Whoever owns
// it locks; its group and its queue may be used without that lock.
class AgentWork {
 public:
  explicit AgentWork(std::shared_ptr<WorkerGroup> group) : group_(std::move(group)) {}

  WorkerGroup& group() const { return *group_; }
  CompletionQueue& ended() const { return *ended_; }  // tickets
  std::shared_ptr<Call> any_open() const;             // null if there is none

  // Throws MalformedBytes for a number that is not known, or a size that is not right; BrokenPool; std::bad_alloc.
  void add_call(CallOrder order);
  void add_items(const TasksHead& head, ByteSource& items);
  void withdraw(std::uint64_t call);
  void condemn(std::uint64_t call);
  void forget(std::uint64_t call) { calls_.erase(call); }

  // Both write what has ended and was not written yet. The first one is about a ticket that has ended, and forgets it.
  void write_ended(std::uint64_t ticket, StreamLink& link);
  void write_some(StreamLink& link);
  std::exception_ptr broken() const { return broken_; }  // an answer said that the group is

 private:
  struct AgentCall {
    CallNumbers numbers;
    std::shared_ptr<const Bytes> state;
  };
  struct Ticket {
    std::uint64_t call;
    std::shared_ptr<GroupCall> items;
    std::size_t count;
    std::size_t written = 0;
  };
  PreparedFunction function_of(const AgentCall& call) const;
  void write_answers(std::uint64_t number, Ticket& ticket, StreamLink& link);
  void write_answer(ByteSink& sink, std::size_t position, ByteAnswer answer, const GroupCall& items);

  std::shared_ptr<WorkerGroup> group_;
  LoadedModules modules_;
  std::shared_ptr<CompletionQueue> ended_ = CompletionQueue::make();
  std::map<std::uint64_t, AgentCall> calls_;
  std::map<std::uint64_t, Ticket> tickets_;
  std::exception_ptr broken_;
};

}  // namespace multiprocessing::detail
