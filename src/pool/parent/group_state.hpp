// SPDX-License-Identifier: MIT
#pragma once

#include "pool/parent/collector.hpp"
#include "pool/parent/item_costs.hpp"
#include "pool/parent/supervisor.hpp"

#include <memory>

namespace multiprocessing::detail {

// What the mutex of a worker group guards: its calls, their work, and the lives of the workers. A collector collects
// from it. It knows no thread that waits: whoever changes something here tells the collector. Guarded by the group's
// mutex, but for has_news() and works_on(); waits for nothing.
class GroupState final : public Collected {
 public:
  GroupState(const PoolOptions& options, ChannelBlock& channels, int processes);
  void supervise(WorkerStarter& starter, std::chrono::nanoseconds proof);  // once, before all else; see Supervisor
  // Opens the file that the options or the environment name, if any. Throws std::system_error.
  void start_trace(const PoolOptions& options);
  Trace* trace() { return trace_ ? &*trace_ : nullptr; }

  Supervisor& supervisor() { return *supervisor_; }
  const Supervisor& supervisor() const { return *supervisor_; }
  Dispatcher& dispatcher() { return dispatcher_; }
  const Dispatcher& dispatcher() const { return dispatcher_; }
  CallAccounts& accounts() { return accounts_; }

  // Calls and their work. Those that may lack memory throw std::bad_alloc, and nothing has changed.
  std::shared_ptr<GroupCall> open_call(std::shared_ptr<CallHost> host, CallbackThread& callback_thread,
                                       PreparedFunction function, const CallSettings& settings);
  std::size_t open_calls() const { return open_calls_; }
  double cost_of(const FunctionImage& function) { return item_costs_.of(function); }
  void submit(const Batch& batch, bool is_last);
  void hand_out();                       // what was submitted
  bool expect_end(GroupCall& call);      // a callback waits for it; true: for no other call's
  std::exception_ptr why_ended() const;  // null while work can be submitted

  // The end. After close() workers leave once all calls have ended; terminate() ends all work with the reason.
  bool is_open() const { return phase_ == Phase::open; }
  bool is_closed() const { return phase_ == Phase::closed; }
  bool is_terminated() const { return phase_ == Phase::terminated; }
  void close();
  void terminate(const std::exception_ptr& reason) noexcept;
  bool is_over() const;  // for join()
  void finish();         // the processes have ended

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
  bool has_news() const override;  // reads atomics of the slots, which stay
  bool works_on(std::uint32_t cpu) const override;

 private:
  enum class Phase { open, closed, terminated };

  ChannelBlock& channels_;
  ItemTimeouts timeouts_;
  CallAccounts accounts_;
  Dispatcher dispatcher_;
  std::optional<Trace> trace_;
  WorkerStarter* starter_ = nullptr;
  std::optional<Supervisor> supervisor_;
  Phase phase_ = Phase::open;
  std::exception_ptr ended_by_;  // what is submitted ends with this
  ItemCosts item_costs_;
  std::uint64_t calls_ = 0;
  std::size_t numbered_calls_ = 0;
  std::size_t open_calls_ = 0;
  std::size_t expected_ends_ = 0;  // calls whose end a callback waits for
  std::size_t finished_at_last_look_ = 0;
  struct Seen {
    std::uint64_t committed;
    bool is_busy;
  };
  std::vector<Seen> seen_;  // of each slot
};

}  // namespace multiprocessing::detail
