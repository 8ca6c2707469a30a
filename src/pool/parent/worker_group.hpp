// SPDX-License-Identifier: MIT
#pragma once

#include "os/owner_mark.hpp"
#include "os/process_identity.hpp"
#include "os/thread_limits.hpp"
#include "pool/callback_thread.hpp"
#include "pool/parent/collector.hpp"
#include "pool/parent/item_costs.hpp"
#include "pool/parent/loaded_modules.hpp"
#include "pool/parent/supervisor.hpp"
#include "process/worker_starter.hpp"

#include <memory>

namespace multiprocessing::detail {

struct WorkerGroupSettings {
  std::size_t ring_bytes = std::size_t{256} << 10;
  std::chrono::nanoseconds spin = std::chrono::microseconds(20);  // 0 where there is one CPU
  std::chrono::nanoseconds proof = std::chrono::seconds(1);       // see Supervisor
  int cpus = 1;                                                   // that the program may use
};

// Makes what starts the workers: a fork server, or in tests threads, which end up in Worker::serve() all the same.
// worker_main is what a forked one runs; each of `bells` (the waiter's, the background's) is rung after every report.
using MakeStarter = std::function<std::unique_ptr<WorkerStarter>(
    ChannelBlock& channels, std::function<void(int slot)> worker_main, std::vector<MarkedFd> bells)>;

// Forked workers behind Pool: serialised items in, serialised outcomes out. It knows no types. Shared by the pool, its
// results and its threads; in a process forked from its owner it is inert.
class WorkerGroup final : public ByteCore,
                          public CallHost,
                          private Collected,
                          public std::enable_shared_from_this<WorkerGroup> {
 public:
  WorkerGroup(const PoolOptions& options, const WorkerGroupSettings& settings, const MakeStarter& make_starter = {});
  ~WorkerGroup() override;

  std::shared_ptr<ByteCall> begin(PreparedFunction function, const CallSettings& settings) override;
  void submit(ByteCall& call, Chunk chunk, bool is_last) override;
  void refuse(ByteCall& call, std::exception_ptr reason) override;
  void end_input(ByteCall& call) noexcept override;
  long default_buffersize(long chunksize) const override;

  void close() override;
  void terminate() override;
  bool join(Deadline deadline) override;
  int processes() const override;
  std::vector<pid_t> worker_pids() const override;
  PoolStats stats() const override;
  bool can_kill() const override { return true; }
  bool inherited() const override { return mark_.inherited(); }
  void leave_scope() noexcept override;

  std::mutex& mutex() override { return collector_.mutex(); }
  bool wait(GroupCall& call, Call::Until until, std::size_t index, Deadline deadline) override;
  void withdraw(GroupCall& call, const char* why) override;
  bool cancel(GroupCall& call, Running what_runs) override;
  void expect_end(GroupCall& call) override;

 private:
  enum class State { open, closed, terminated };

  void look() override;
  void arm(bool eager, For whom) override;
  bool needs_attention() override;
  Deadline next_deadline(For whom) override;
  bool eager_in_background() override { return expected_ends_ != 0; }
  void starter_lost() override { supervisor_->starter_lost(); }
  bool has_work() const override { return open_calls_ != 0 && supervisor_->broken().empty(); }
  bool starter_is_whole() const override { return starter_->is_whole(); }
  void descriptors_closed() override { supervisor_->descriptors_closed(); }
  void remember_news() override;
  bool has_news() const override;

  std::shared_ptr<GroupCall> enter(PreparedFunction function, const CallSettings& settings);
  void start_trace(const std::filesystem::path& path);
  void start_workers();
  [[noreturn]] void throw_start_failure();
  void tell_if_waiting();
  template <class Action>
  void now_or_soon(Action action) noexcept;
  std::exception_ptr why_ended() const;
  void end_processes();

  OwnerMark mark_;
  const ProcessIdentity identity_ = identity_of_this_process();  // of the owner
  const LoadedModules modules_;                                  // at the fork
  PoolOptions options_;
  int processes_;
  const ThreadLimits thread_limits_;
  const std::optional<std::filesystem::path> trace_path_;
  WorkerGroupSettings settings_;
  ChannelBlock channels_;
  ItemTimeouts timeouts_;
  CallAccounts accounts_;
  Dispatcher dispatcher_;
  Collector collector_;
  std::optional<Trace> trace_;
  std::unique_ptr<WorkerStarter> starter_;
  std::unique_ptr<Supervisor> supervisor_;
  CallbackThread callback_thread_;
  State state_ = State::open;
  std::exception_ptr ended_by_;  // what is handed in ends with this
  ItemCosts item_costs_;
  std::uint64_t calls_ = 0;
  std::size_t numbered_calls_ = 0;
  std::size_t open_calls_ = 0;
  std::size_t expected_ends_ = 0;  // calls whose end a callback waits for
  std::size_t finished_at_last_look_ = 0;
  std::vector<std::uint64_t> seen_;
  std::mutex ending_;  // one thread at a time ends the processes
  bool processes_ended_ = false;
};

}  // namespace multiprocessing::detail
