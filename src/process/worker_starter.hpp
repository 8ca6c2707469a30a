// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/deadline.hpp>

#include "os/crash_trace.hpp"

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>

namespace multiprocessing::detail {

struct WorkerReport {
  enum class Kind { started, refused, ended };
  enum class Call { fork, pidfd_open, socketpair };
  Kind kind;
  int slot;
  pid_t pid;   // 0 if refused
  int status;  // ended: the wait status of waitpid; refused: errno
  Call refused_call = Call::fork;
  Clock::time_point forked_at = {};  // started
};

// The text of a refusal, without the errno: "cannot fork worker 0 of 2".
std::string describe_refusal(WorkerReport::Call call, int slot, std::size_t slots);

// Starts, signals and reaps the workers of a pool. It does what it is told, and nothing on its own. For each slot:
// after order_fork comes `started` or `refused`; after `started` comes, in the end, `ended`; only when that report was
// read may the slot be ordered again. Reports of one slot come in order, and each rings the pool's bells. After
// order_quit no new fork begins, and reports may be missing or not ring. Any thread may give orders and wait for forks;
// the rest is for one thread at a time. An order returns at once; only the functions that wait block.
class WorkerStarter {
 public:
  WorkerStarter() = default;
  WorkerStarter(const WorkerStarter&) = delete;
  WorkerStarter& operator=(const WorkerStarter&) = delete;
  virtual ~WorkerStarter();

  virtual void order_fork(int slot) = 0;
  // Until all forks that copy this process and that this thread has ordered are made, or refused, or no longer wanted:
  // so that a worker gets nothing that this thread is just changing. Not under a lock that others need.
  virtual void wait_until_forked() noexcept {}
  // 1 to 31, to the worker ordered last, also if it is not forked yet; ignored if it has ended.
  virtual void order_signal(int slot, int signal) = 0;
  virtual std::optional<WorkerReport> next_report() = 0;
  // When this process's group was last continued after a stop, as known to a starter that has looked since `when`.
  // Empty if that is not known yet: then the starter looks, and rings when it knows.
  virtual std::optional<Clock::time_point> continued_at(Clock::time_point when) = 0;
  virtual int lost_fd() const = 0;                      // readable once the starter has ended; -1 if it cannot end
  virtual void order_quit() = 0;                        // SIGTERM to all workers, SIGKILL after 0.5 s; reap; end
  virtual bool wait_until_gone(Deadline deadline) = 0;  // false at the deadline
  virtual void kill() = 0;                              // SIGKILL: then the kernel ends the workers
  virtual bool is_whole() const { return true; }        // false: the program has closed one of its descriptors
  virtual pid_t pid() const = 0;                        // of the process that starts them, 0 if there is none
  // The addresses of code in a worker's crash become those of the same code in this process.
  virtual void to_our_addresses(Crash&) const noexcept {}
};

}  // namespace multiprocessing::detail
