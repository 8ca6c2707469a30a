// SPDX-License-Identifier: MIT
#pragma once

#include "process/worker_starter.hpp"
#include "shm/mapping.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace multiprocessing::detail {

// The orders and reports of one slot. Counts only grow; each has one writer.
//   forks_ordered   parent   by order_fork
//   signals         both     upper half: the fork that they are for, as forks_ordered was then; lower half: bit n for
//                            signal n. The parent adds bits, the server takes them. A late signal hits no successor.
//   reports_read    parent
//   reports_made    server   released after the report is written; the server forks only when all are read: at most
//                            `started` and `ended` are unread, so that none is overwritten
struct SlotLedger {
  std::atomic<std::uint32_t> forks_ordered;
  std::atomic<std::uint32_t> reports_read;
  std::atomic<std::uint64_t> signals;
  alignas(64) std::atomic<std::uint32_t> reports_made;
  std::array<WorkerReport, 2> reports;
};

struct LedgerHead {
  std::atomic<std::uint32_t> quit_ordered;              // parent
  std::atomic<std::uint32_t> questions;                 // parent: when was the group continued last?
  alignas(64) std::atomic<std::uint32_t> reports_made;  // server, after the slot's own count
  std::atomic<std::uint32_t> questions_answered;        // server, after the answer:
  std::atomic<Clock::rep> continued_at;
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free && std::atomic<std::uint32_t>::is_always_lock_free);

// The orders of a parent to its fork server, and the server's reports, in memory that both map and no worker does.
// Nothing can overflow and nobody waits; a writer that wants to be noticed also rings a bell. Any thread may call the
// methods of the parent, except next_report(), which is for one thread at a time.
class Ledger {
 public:
  explicit Ledger(int slots, Sharing sharing = Sharing::by_fork);
  Ledger(UniqueFd of_parent, int slots);  // in a server that was not forked

  // The parent.
  void order_fork(int slot) noexcept;
  void order_signal(int slot, int signal) noexcept;
  void order_quit() noexcept;
  std::optional<WorkerReport> next_report() noexcept;
  void ask_when_continued() noexcept;
  std::optional<Clock::time_point> continued_at() const noexcept;  // empty while the newest question has no answer

  // The server. `forks_done` counts the slot's orders that it has obeyed, a refused one too.
  bool fork_is_due(int slot, std::uint32_t forks_done) const noexcept;
  std::uint32_t take_signals(int slot, std::uint32_t forks_done) noexcept;  // bit n for signal n
  bool quit_is_due() const noexcept;
  std::uint32_t questions() const noexcept;
  bool answer(std::uint32_t questions, Clock::time_point continued_at) noexcept;  // false: nothing new was asked
  void report(const WorkerReport& report) noexcept;

  int slots() const noexcept { return static_cast<int>(slots_.size()); }
  void forbid_fork_inheritance();
  SharedMapping& mapping() { return mapping_; }

 private:
  SlotLedger& slot(int index) const noexcept { return slots_[static_cast<std::size_t>(index)]; }

  SharedMapping mapping_;
  LedgerHead* head_;
  std::span<SlotLedger> slots_;
  std::uint32_t reports_seen_ = 0;
  std::size_t next_slot_ = 0;
};

}  // namespace multiprocessing::detail
