// SPDX-License-Identifier: MIT
#pragma once

#include "os/event_fd.hpp"
#include "os/exec_watch.hpp"
#include "os/mutex.hpp"
#include "os/signals.hpp"
#include "os/unique_fd.hpp"
#include "process/worker_starter.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace multiprocessing::detail {

// The workers of a DirectStarter, and the work of its thread, from their first fork to the end of the last one: it
// forks the workers that are ordered, and reaps the dead. Any thread may call the other methods; nobody holds the mutex
// during a fork.
class ForkThread {
 public:
  // `mask_of_program` is for the workers. Throws std::system_error.
  ForkThread(int slots, std::function<void(int slot)> worker_main, const std::vector<MarkedFd>& bells,
             const SignalMask& mask_of_program);

  void run() noexcept;

  void order_fork(int slot);
  void wait_until_forked() noexcept;
  void signal(int slot, int signal) noexcept;
  std::optional<WorkerReport> next_report();
  void order_quit() noexcept;
  void kill() noexcept;
  bool wait_until_gone(Deadline deadline);
  bool is_whole();

 private:
  struct Worker {
    enum class Fork { none, due, under_way };
    Fork fork = Fork::none;
    std::thread::id ordered_by;           // the fork that is due or under way
    std::uint32_t kept_signals = 0;       // bit n for signal n: ordered when the worker did not run yet
    UniqueFd pidfd;                       // none: the worker does not run
    std::unique_ptr<ExecWatch> lifeline;  // without it the kernel kills the worker, whatever user we are by then
    pid_t pid = 0;
  };
  struct Newborn {
    WorkerReport report;  // started or refused
    UniqueFd pidfd = {};
    std::unique_ptr<ExecWatch> lifeline = {};
  };
  enum class Phase { serving, terminating, killing, gone };

  void bury_the_dead() MULTIPROCESSING_REQUIRES(mutex_);
  void obey(MutexLock& lock) MULTIPROCESSING_REQUIRES(mutex_);
  // Its own, and the bells, which a worker that is forked now would ring.
  bool has_its_descriptors() const noexcept MULTIPROCESSING_REQUIRES(mutex_);
  void give_up(int error) noexcept MULTIPROCESSING_REQUIRES(mutex_);
  void ring() noexcept MULTIPROCESSING_REQUIRES(mutex_);
  void fork_worker(int slot, MutexLock& lock) MULTIPROCESSING_REQUIRES(mutex_);
  Newborn give_birth(int slot) noexcept;
  // Not checked: it has no other thread.
  [[noreturn]] void be_worker(int slot, pid_t program, ExecWatch& lifeline) noexcept MULTIPROCESSING_NOT_CHECKED;
  void signal_worker(Worker& worker, int signal) noexcept MULTIPROCESSING_REQUIRES(mutex_);
  void signal_all(int signal) noexcept MULTIPROCESSING_REQUIRES(mutex_) {
    for (Worker& worker : workers_) signal_worker(worker, signal);
  }
  bool is_alone() const noexcept MULTIPROCESSING_REQUIRES(mutex_) {
    return std::ranges::none_of(workers_, [](const Worker& worker) { return static_cast<bool>(worker.pidfd); });
  }
  bool has_fork(Worker::Fork fork) const noexcept MULTIPROCESSING_REQUIRES(mutex_) {
    return std::ranges::any_of(workers_, [&](const Worker& worker) { return worker.fork == fork; });
  }
  void report(const WorkerReport& report) MULTIPROCESSING_REQUIRES(mutex_);
  std::vector<int> pidfds() const MULTIPROCESSING_REQUIRES(mutex_);
  void sleep(MutexLock& lock) MULTIPROCESSING_REQUIRES(mutex_);
  void sleep_without_memory(MutexLock& lock) noexcept MULTIPROCESSING_REQUIRES(mutex_);

  const std::function<void(int slot)> worker_main_;
  const std::vector<MarkedFd> bells_;
  const SignalMask mask_of_program_;
  EventFd orders_;
  Mutex mutex_;
  std::condition_variable changed_;
  std::vector<Worker> workers_ MULTIPROCESSING_GUARDED_BY(mutex_);
  // At most two for each slot; their memory is reserved at the start.
  std::vector<WorkerReport> reports_ MULTIPROCESSING_GUARDED_BY(mutex_);
  bool is_to_quit_ MULTIPROCESSING_GUARDED_BY(mutex_) = false;
  Phase phase_ MULTIPROCESSING_GUARDED_BY(mutex_) = Phase::serving;
  Deadline next_phase_ MULTIPROCESSING_GUARDED_BY(mutex_) = never;
  // A worker has ended, but a debugger has not let go of it.
  bool somebody_lingers_ MULTIPROCESSING_GUARDED_BY(mutex_) = false;
  // An errno: no worker can be watched any more, and none is left.
  int refusal_ MULTIPROCESSING_GUARDED_BY(mutex_) = 0;
};

}  // namespace multiprocessing::detail
