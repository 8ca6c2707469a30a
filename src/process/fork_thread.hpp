// SPDX-License-Identifier: MIT
#pragma once

#include "os/event_fd.hpp"
#include "os/exec_watch.hpp"
#include "os/signals.hpp"
#include "os/unique_fd.hpp"
#include "process/worker_starter.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

namespace multiprocessing::detail {

// The workers of a DirectStarter, and the work of its thread, from their first fork to the end of the last one: it
// forks the workers that are ordered, and reaps the dead. Any thread may call the other methods.
class ForkThread {
 public:
  // `mask_of_program` is for the workers. Throws std::system_error.
  ForkThread(int slots, std::function<void(int slot)> worker_main, const std::vector<MarkedFd>& bells,
             const SignalMask& mask_of_program);

  void run() noexcept;

  void order_fork(int slot);
  void wait_until_forked();
  void signal(int slot, int signal) noexcept;
  std::optional<WorkerReport> next_report();
  void order_quit() noexcept;
  void kill() noexcept;
  bool wait_until_gone(Deadline deadline);
  bool is_whole();

 private:
  struct Worker {
    UniqueFd pidfd;                     // none: the worker does not run
    std::optional<ExecWatch> lifeline;  // when this is cut, the kernel kills the worker, whatever user we are by then
    pid_t pid = 0;
    bool is_ordered = false;
  };
  enum class Phase { serving, terminating, killing, gone };

  void bury_the_dead();
  void obey(std::unique_lock<std::mutex>& lock);
  bool has_its_descriptors() const noexcept;  // its own, and the bells, which a worker that is forked now would ring
  void give_up(int error) noexcept;
  void ring() noexcept;
  void fork_worker(int slot, std::unique_lock<std::mutex>& lock);
  [[noreturn]] void be_worker(int slot, pid_t program) noexcept;
  void signal_worker(Worker& worker, int signal) noexcept;
  void signal_all(int signal) noexcept;
  bool is_alone() const noexcept;
  void refuse(int slot, WorkerReport::Call call, int error) {
    report({.kind = WorkerReport::Kind::refused, .slot = slot, .pid = 0, .status = error, .refused_call = call});
  }
  void note_obeyed() noexcept { --ordered_forks_, changed_.notify_all(); }  // an order to fork
  void report(const WorkerReport& report);
  std::vector<int> pidfds() const;
  void sleep(std::unique_lock<std::mutex>& lock);
  void sleep_without_memory(std::unique_lock<std::mutex>& lock) noexcept;

  const std::function<void(int slot)> worker_main_;
  const std::vector<MarkedFd> bells_;
  const SignalMask mask_of_program_;
  EventFd orders_;
  std::atomic<int> ordered_forks_ = 0;  // and not made yet; changed under the mutex
  std::mutex mutex_;                    // guards what follows; nobody holds it during a fork
  std::condition_variable changed_;
  std::vector<Worker> workers_;
  std::vector<WorkerReport> reports_;  // at most two for each slot; their memory is reserved at the start
  bool is_to_quit_ = false;
  Phase phase_ = Phase::serving;
  Deadline next_phase_ = never;
  bool somebody_lingers_ = false;  // a worker has ended, but a debugger has not let go of it
  int refusal_ = 0;                // an errno: no worker can be watched any more, and none is left
};

}  // namespace multiprocessing::detail
