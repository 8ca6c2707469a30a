// SPDX-License-Identifier: MIT
#pragma once

#include "os/event_fd.hpp"
#include "os/exec_watch.hpp"
#include "os/signals.hpp"
#include "os/unique_fd.hpp"
#include "process/process_state.hpp"

#include <multiprocessing/detail/process_target.hpp>

#include <memory>
#include <optional>
#include <string>

namespace multiprocessing::detail {

// What parent and child of a Process need around the fork, made before it, so that hardly anything can fail after it.
// The child runs nothing of the program's before the parent has its pidfd: else it could have ended, been reaped by
// somebody else, and its pid be another's. Throws std::system_error.
class BirthOfChild {
 public:
  explicit BirthOfChild(bool is_daemon);

  // In the child, whose signals are all blocked: its life, from its first act to its end.
  [[noreturn]] void live(const ProcessState& self, std::string path, std::unique_ptr<ProcessTarget> target,
                         const SignalMask& mask) noexcept;

  // In the parent: what it needs of the child from now on. If it cannot be had the child is gone when this throws.
  void follow(pid_t pid, ProcessState& child);
  void let_go() { gate_->ring(); }

 private:
  void wait_for_parent() noexcept;

  std::shared_ptr<ProcessState> parent_;  // as the child sees it
  std::optional<EventFd> gate_;
  std::unique_ptr<ExecWatch> end_watch_;  // of a daemon
};

}  // namespace multiprocessing::detail
