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

// A process as others see it: this one, the one that started it, or a child. Not a Process, because whoever looks at a
// process does not own it: no destructor of this one joins, it may be copied, and may outlive the Process object.
// It follows the process by a pidfd, so that it never means another one that has got the same pid.
// Any thread may call it. In a process that was forked later all but name(), pid() and daemon() is std::logic_error;
// but parent_process() is still the same process there.
class MULTIPROCESSING_EXPORT ProcessInfo {
 public:
  const std::string& name() const;  // as it was when it started
  pid_t pid() const;
  bool daemon() const;

  bool is_alive() const;
  // Of a child: as Process::exitcode(). Of the others it is never known.
  std::optional<int> exitcode() const;
  // Waits until it has ended; with a timeout true if it has. std::logic_error for this process itself.
  void join() const { join_until(detail::never); }
  template <class Rep, class Period>
  bool join(std::chrono::duration<Rep, Period> timeout) const {
    return join_until(detail::deadline_after(timeout));
  }
  // Readable once it has ended, as long as a ProcessInfo of it lives. std::logic_error for this process itself.
  int sentinel() const;
  // SIGTERM, SIGKILL. Nothing if it has ended. std::system_error if the system forbids it.
  void terminate() const;
  void kill() const;

  explicit ProcessInfo(std::shared_ptr<detail::ProcessState> state);  // for the library's own use

 private:
  bool join_until(detail::Deadline deadline) const;
  std::shared_ptr<detail::ProcessState> state_;
};

// This process. Its name is that of the Process it was started by, PoolWorker-N in a worker of a Pool, else MainProcess
// (also in a child that the program forked itself).
MULTIPROCESSING_EXPORT ProcessInfo current_process();

// The process whose Process started this one, whether it still lives or not; none in others.
MULTIPROCESSING_EXPORT std::optional<ProcessInfo> parent_process();

// The children of this process that were started by a Process and run, the oldest first. Those that have ended are
// reaped, as by is_alive(). Any thread.
MULTIPROCESSING_EXPORT std::vector<ProcessInfo> active_children();

}  // namespace multiprocessing
