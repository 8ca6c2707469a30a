// SPDX-License-Identifier: MIT
#pragma once

#include "pool/parent/worker_slot.hpp"
#include "process/worker_starter.hpp"

#include <map>
#include <optional>
#include <vector>

namespace multiprocessing::detail {

// The deadlines of a pool: of its items (TaskOptions::timeout) and of its workers' initializers
// (PoolOptions::initializer_timeout). Time for which the whole process group was stopped (SIGTSTP, SIGCONT) does not
// count: after it, what is timed begins anew. This process cannot know of it by itself; the starter of workers, which
// was stopped with it, does, and is asked before anybody's time is called over. Guarded by the group's mutex.
class ItemTimeouts {
 public:
  explicit ItemTimeouts(std::optional<std::chrono::nanoseconds> of_initializer) : of_initializer_(of_initializer) {}

  std::optional<std::chrono::nanoseconds> of_initializer() const { return of_initializer_; }
  // Before a call gets work: after this, note() needs no memory for it. Throws std::bad_alloc.
  void make_room_for(const GroupCall& call);
  void note(GroupCall& call) noexcept;  // it may have got work, or have none left

  // Condemns each worker whose item has outrun its time, and marks each whose initializer has.
  void enforce(std::vector<WorkerSlot>& slots, WorkerStarter& starter);
  // When to enforce() although nobody rings.
  Deadline next_look(std::vector<WorkerSlot>& slots) const;

 private:
  bool is_needed() const { return of_initializer_ || any_item_; }
  std::optional<std::chrono::nanoseconds> least() const;
  bool is_over(Clock::time_point began, std::chrono::nanoseconds limit, Clock::time_point now, WorkerStarter& starter);
  Deadline when_to_look(Clock::time_point began, std::chrono::nanoseconds limit, Clock::time_point now) const;
  Deadline end_of(Clock::time_point began, std::chrono::nanoseconds limit) const;

  std::optional<std::chrono::nanoseconds> of_initializer_;
  std::map<std::chrono::nanoseconds, std::size_t> calls_;  // with unanswered items: how many have this timeout
  bool any_item_ = false;  // had ever a timeout: what hangs after its answer has no call any more
  Clock::time_point continued_at_{};
  bool is_asked_ = false;  // in the last look, and the starter did not know yet
};

}  // namespace multiprocessing::detail
