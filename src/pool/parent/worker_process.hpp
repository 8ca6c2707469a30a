// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/deadline.hpp>

#include "shm/frame.hpp"

#include <sys/types.h>

#include <algorithm>
#include <limits>

namespace multiprocessing::detail {

// The process of a worker slot, and how far it has come.
struct WorkerProcess {
  // A worker that is condemned or whose channel is overwritten gets nothing more, and is to be killed.
  enum class State { absent, starting, up, leaving, condemned, overwritten };

  State state = State::absent;
  pid_t pid = 0;
  Clock::time_point ordered_at{};  // when its start was ordered
  Clock::time_point forked_at{};   // once its pid is known
  Clock::time_point up_since{};    // as the worker stamped it; the parent may read that much later
  bool outran_initializer = false;
  bool is_killed = false;  // by us

  bool must_be_killed() const { return state == State::condemned || state == State::overwritten; }

  // It says that it is up. False: that cannot be.
  bool note_start(const WorkerStart& start) {
    if (state != State::starting) return false;
    if (start.pid <= 0 || start.pid > std::numeric_limits<pid_t>::max()) return false;  // somebody may kill() it
    if (pid == 0) pid = static_cast<pid_t>(start.pid);  // it may be here before the fork server's report
    const Clock::time_point announced{std::chrono::nanoseconds(start.up_nanoseconds)};
    up_since = std::clamp(announced, ordered_at, Clock::now());
    state = State::up;
    return true;
  }
};

}  // namespace multiprocessing::detail
