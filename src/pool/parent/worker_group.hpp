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

  Mutex& mutex() const override MULTIPROCESSING_RETURNS_MUTEX(collector_.mutex()) { return collector_.mutex(); }
  bool wait(GroupCall& call, Call::Until until, std::size_t index, Deadline deadline) override;
  void withdraw(GroupCall& call, const char* why) override;
  bool cancel(GroupCall& call, Running what_runs) override;
  void expect_end(GroupCall& call) override;

 private:
  enum class State { open, closed, terminated };

  void look() override MULTIPROCESSING_REQUIRES(mutex());
  void arm(bool eager, For whom) override MULTIPROCESSING_REQUIRES(mutex());
  bool needs_attention() override MULTIPROCESSING_REQUIRES(mutex());
  Deadline next_deadline(For whom) override MULTIPROCESSING_REQUIRES(mutex());
  bool eager_in_background() override MULTIPROCESSING_REQUIRES(mutex()) { return expected_ends_ != 0; }
  void starter_lost() override MULTIPROCESSING_REQUIRES(mutex()) { supervisor_->starter_lost(); }
  bool has_work() const override MULTIPROCESSING_REQUIRES(mutex()) {
    return open_calls_ != 0 && supervisor_->broken().empty();
  }
  bool starter_is_whole() const override { return starter_->is_whole(); }
  void descriptors_closed() override MULTIPROCESSING_REQUIRES(mutex()) { supervisor_->descriptors_closed(); }
  void remember_news() override MULTIPROCESSING_REQUIRES(mutex());
  bool has_news() const override MULTIPROCESSING_NOT_CHECKED;  // atomics of the slots, which stay

  std::shared_ptr<GroupCall> enter(PreparedFunction function, const CallSettings& settings);
  // In the constructor: nobody else knows the group.
  void start_trace(const std::filesystem::path& path) MULTIPROCESSING_NOT_CHECKED;
  void start_workers() MULTIPROCESSING_NOT_CHECKED;
  [[noreturn]] void throw_start_failure() MULTIPROCESSING_NOT_CHECKED;
  void tell_if_waiting() MULTIPROCESSING_REQUIRES(mutex());
  template <class Action>
  void now_or_soon(Action action) noexcept MULTIPROCESSING_REQUIRES(mutex());
  std::exception_ptr why_ended() const MULTIPROCESSING_REQUIRES(mutex());
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
  ItemTimeouts timeouts_ MULTIPROCESSING_GUARDED_BY(mutex());
  CallAccounts accounts_ MULTIPROCESSING_GUARDED_BY(mutex());
  Dispatcher dispatcher_ MULTIPROCESSING_GUARDED_BY(mutex());
  Collector collector_;
  std::optional<Trace> trace_;
  std::unique_ptr<WorkerStarter> starter_;
  std::unique_ptr<Supervisor> supervisor_ MULTIPROCESSING_GUARDED_BY(mutex());
  CallbackThread callback_thread_;
  State state_ MULTIPROCESSING_GUARDED_BY(mutex()) = State::open;
  std::exception_ptr ended_by_ MULTIPROCESSING_GUARDED_BY(mutex());  // what is handed in ends with this
  ItemCosts item_costs_ MULTIPROCESSING_GUARDED_BY(mutex());
  std::uint64_t calls_ MULTIPROCESSING_GUARDED_BY(mutex()) = 0;
  std::size_t numbered_calls_ MULTIPROCESSING_GUARDED_BY(mutex()) = 0;
  std::size_t open_calls_ MULTIPROCESSING_GUARDED_BY(mutex()) = 0;
  std::size_t expected_ends_ MULTIPROCESSING_GUARDED_BY(mutex()) = 0;  // calls whose end a callback waits for
  std::size_t finished_at_last_look_ MULTIPROCESSING_GUARDED_BY(mutex()) = 0;
  std::vector<std::uint64_t> seen_;
  Mutex ending_;  // one thread at a time ends the processes
  bool processes_ended_ MULTIPROCESSING_GUARDED_BY(ending_) = false;
};

}  // namespace multiprocessing::detail
