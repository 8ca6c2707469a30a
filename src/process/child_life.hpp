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

// The objects that parent and child of a Process need around the fork, made before it, so that hardly anything can fail
// after it. The child runs nothing of the program before the parent has its pidfd (it waits at most 10 s): else it
// could have ended, somebody else could have reaped it, and its pid could be another process's. Throws
// std::system_error.
class BirthOfChild {
 public:
  explicit BirthOfChild(bool is_daemon);

  // Called in the child, with all signals blocked: its life, from its first act to its end.
  [[noreturn]] void live(const ProcessState& self, std::string path, std::unique_ptr<ProcessTarget> target,
                         const SignalMask& mask) noexcept;

  // Called in the parent: opens the child's pidfd. If it throws, the child is gone.
  void follow(pid_t pid, ProcessState& child);
  void let_go() { gate_->ring(); }

 private:
  void wait_for_parent() noexcept;

  std::shared_ptr<ProcessState> parent_;  // the parent, for the child
  std::optional<EventFd> gate_;
  std::unique_ptr<ExecWatch> end_watch_;  // of a daemon
};

}  // namespace multiprocessing::detail
