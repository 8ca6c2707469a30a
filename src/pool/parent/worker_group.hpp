// SPDX-License-Identifier: MIT
#pragma once

#include "os/owner_mark.hpp"
#include "pool/callback_thread.hpp"
#include "pool/parent/group_processes.hpp"
#include "pool/parent/group_state.hpp"

#include <memory>

namespace multiprocessing::detail {

// Forked workers behind Pool: serialised items in, serialised outcomes out. It knows no types. Shared by the pool, its
// results and its threads; in a process forked from its owner it is inert.
class WorkerGroup final : public ByteCore, public CallHost, public std::enable_shared_from_this<WorkerGroup> {
 public:
  WorkerGroup(const PoolOptions& options, const WorkerGroupSettings& settings, const MakeStarter& make_starter = {});
  ~WorkerGroup() override;

  std::shared_ptr<ByteCall> begin(PreparedFunction function, const CallSettings& settings) override;
  void submit(ByteCall& call, Chunk chunk, bool is_last) override;
  void refuse(ByteCall& call, std::exception_ptr reason) override;
  void end_input(ByteCall& call) noexcept override;
  long default_buffersize(long chunksize) const override;
  bool can_lend() const override { return true; }

  void close() override;
  void terminate() override;
  bool join(Deadline deadline) override;
  int processes() const override;
  std::vector<pid_t> worker_pids() const override;
  PoolStats stats() const override;
  bool can_kill() const override { return true; }
  bool inherited() const override { return mark_.inherited(); }
  void leave_scope() noexcept override;

  Mutex& mutex() const override MULTIPROCESSING_RETURNS_MUTEX(collector_.mutex()) { return collector_.mutex(); }
  bool wait(GroupCall& call, Call::Until until, std::size_t index, Deadline deadline) override;
  void withdraw(GroupCall& call, const char* why) override;
  bool cancel(GroupCall& call, Running what_runs) override;
  void expect_end(GroupCall& call) override;
  void condemn(GroupCall& call);                  // kills what runs of it, as far as it can at once
  double cost_of(const FunctionImage& function);  // see ItemCosts
  void begin_watch() noexcept override { collector_.begin_watch(); }
  void end_watch() noexcept override { collector_.end_watch(); }

 private:
  std::shared_ptr<GroupCall> enter(PreparedFunction function, const CallSettings& settings);
  // In the constructor: nobody else knows the group.
  void start_workers() MULTIPROCESSING_NOT_CHECKED;
  bool is_traced() MULTIPROCESSING_NOT_CHECKED { return state_.trace() != nullptr; }  // the constructor settles it
  void tell_if_waiting() MULTIPROCESSING_REQUIRES(mutex());
  template <class Action>
  void now_or_soon(Action action) noexcept MULTIPROCESSING_REQUIRES(mutex());
  void look_and_tell() MULTIPROCESSING_REQUIRES(mutex());
  void end_processes();

  OwnerMark mark_;
  const int size_;  // workers
  ChannelBlock channels_;
  GroupState state_ MULTIPROCESSING_GUARDED_BY(mutex());
  Collector collector_;
  GroupProcesses processes_;  // end before what they ring
  CallbackThread callback_thread_;
  Mutex ending_;  // one thread at a time ends the processes
  bool processes_ended_ MULTIPROCESSING_GUARDED_BY(ending_) = false;
};

}  // namespace multiprocessing::detail
