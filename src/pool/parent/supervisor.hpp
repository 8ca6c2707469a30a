// SPDX-License-Identifier: MIT
#pragma once

#include "os/crash_trace.hpp"
#include "pool/parent/broken_pool.hpp"
#include "pool/parent/dispatcher.hpp"
#include "process/worker_starter.hpp"

#include <functional>

namespace multiprocessing::detail {

// The workers of a pool, as processes that start, die and are replaced. This is where a worker's death is noticed:
// look() reads the starter's reports, and on_ended() says what a death does. Guarded by the group's mutex; waits for
// nothing. Throws std::bad_alloc: look() goes on from there.
class Supervisor {
 public:
  // reset: zeroes the channel of a slot whose worker is dead. proof: a worker that has been up for so long has shown
  // that workers can run; and so long after a refused fork it is tried again although nobody calls or dies.
  Supervisor(Dispatcher& dispatcher, ItemTimeouts& timeouts, WorkerStarter& starter,
             std::function<void(int slot)> reset, std::chrono::nanoseconds proof);

  void start_missing();  // orders a worker for every slot that has none
  void look();           // reports, answers, new work, replacements
  bool all_up() const;
  bool is_settled() const { return all_up() || !broken_.empty() || refused_ != 0; }  // the start of a new pool
  bool none_left() const;                                                            // no worker runs or is on its way
  void finish();  // once idle, workers leave and are not replaced
  void trace_to(Trace& trace) { trace_ = &trace; }
  void starter_lost() noexcept;
  void descriptors_closed() noexcept;  // by the program

  // Why the pool cannot go on; empty while it can. refused(): the errno of the first time that the system refused
  // a process, else 0.
  const std::string& broken() const { return broken_; }
  const std::exception_ptr& broken_error() const {
    return broken_error_;
  }  // with_crash_stack() makes a BrokenPool of it
  int refused() const { return refused_; }
  // Why the workers of a new pool are not all up: std::system_error if one was refused, else what broke the pool.
  [[noreturn]] void throw_start_failure() const;

  Deadline next_deadline();  // when to look() although nobody rings
  void add_to(PoolStats& stats) const;

 private:
  struct Member {
    std::size_t starts = 0;
    std::chrono::nanoseconds starting{};
    bool was_up = false;
    int fruitless_deaths = 0;  // in a row: soon after its start, having done nothing
  };
  void start(WorkerSlot& slot);
  void let_leave();
  bool note_up(const WorkerSlot& slot);  // true once
  void on_refused(const WorkerReport& report);
  void on_ended(const WorkerReport& report);
  void note_started();
  void kill_doomed();
  std::exception_ptr broken_error(std::string what) const;
  template <class Reason>
  void break_off(Reason reason) noexcept;  // reason() makes a text
  Member& member(int slot) { return members_[static_cast<std::size_t>(slot)]; }
  WorkerSlot& slot(int index) { return dispatcher_.slots()[static_cast<std::size_t>(index)]; }

  Dispatcher& dispatcher_;
  ItemTimeouts& timeouts_;
  WorkerStarter& starter_;
  std::optional<WorkerReport> report_;  // the one that is being read: where memory runs out, it is read again
  Trace* trace_ = nullptr;
  std::function<void(int)> reset_;
  std::chrono::nanoseconds proof_;
  std::vector<Member> members_;
  bool starts_to_note_ = false;
  bool finishing_ = false;
  int failed_starts_ = 0;                 // in a row
  std::size_t finished_at_last_end_ = 0;  // items, when a worker ended last
  std::string broken_;
  std::exception_ptr broken_error_;
  Crash last_crash_;               // of the worker whose end broke the pool
  Deadline try_again_at_ = never;  // a fork was refused
  int refused_ = 0;
  std::string refusal_;
  std::shared_ptr<const Bytes> start_failure_;  // null if no initializer threw
};

}  // namespace multiprocessing::detail
