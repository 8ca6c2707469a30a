// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/deadline.hpp>
#include <multiprocessing/detail/export.hpp>

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace multiprocessing {

namespace detail {
class ProcessState;
}

// A process as others see it: this one, the one that started it, or a child. It does not own the process, as a Process
// does: its destructor joins nothing, it may be copied, and it may outlive the Process object. It follows the process
// by a pidfd, so that it never means another one that has got the same pid.
// Any thread may call it. In a process that was forked later all but name(), pid() and daemon() is std::logic_error;
// parent_process() is still the same process there. Memory ordering: as Process.
class MULTIPROCESSING_EXPORT ProcessInfo {
 public:
  const std::string& name() const;  // the name at its start
  pid_t pid() const;
  bool daemon() const;

  bool is_alive() const;
  // As Process::exitcode() for a child. Nothing for the others, whose exit code is never known.
  std::optional<int> exitcode() const;
  // Waits until it has ended; with a timeout returns whether it has. std::logic_error for this process itself.
  void join() const { join_until(detail::never); }
  template <class Rep, class Period>
  bool join(std::chrono::duration<Rep, Period> timeout) const {
    return join_until(detail::deadline_after(timeout));
  }
  // A descriptor that is readable once the process has ended; open as long as a ProcessInfo of it lives.
  // std::logic_error for this process itself.
  int sentinel() const;
  // Send SIGTERM, SIGKILL, unless it has ended. std::system_error if the system forbids it.
  void terminate() const;
  void kill() const;

  explicit ProcessInfo(std::shared_ptr<detail::ProcessState> state);  // for the library's own use

 private:
  bool join_until(detail::Deadline deadline) const;
  std::shared_ptr<detail::ProcessState> state_;
};

// This process. Its name is that of the Process that started it, PoolWorker-N in a worker of a Pool, and else
// MainProcess (also in a child that the program forked itself).
MULTIPROCESSING_EXPORT ProcessInfo current_process();

// The process that started this one by a Process, whether it still lives or not; nothing if no Process started this
// one.
MULTIPROCESSING_EXPORT std::optional<ProcessInfo> parent_process();

// The children that this process started by a Process and that still run, the oldest first. Reaps those that have
// ended, as is_alive() does. Any thread.
MULTIPROCESSING_EXPORT std::vector<ProcessInfo> active_children();

}  // namespace multiprocessing
