// SPDX-License-Identifier: MIT
#pragma once

#include "os/event_fd.hpp"
#include "os/signals.hpp"
#include "os/unique_fd.hpp"
#include "process/ledger.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace multiprocessing::detail {

// The fork server's work from its fork to its end: it waits, reaps dead workers, obeys orders, and ends when the parent
// ends or orders it to. The parent makes this before the fork, with all the memory that it needs: in the server, a
// thread that does not exist may hold locks. A server that is no fork makes it itself. Nothing of it is ever destroyed
// there.
class ServerLoop {
 public:
  // `parent`: a pidfd of the program.
  ServerLoop(Ledger& ledger, EventFd& orders, UniqueFd parent, UniqueFd parent_execs,
             const std::function<void(int)>& worker_main, const std::vector<MarkedFd>& bells);

  // Called in the server. `mask_of_program` is for the workers. Rings `is_born` once it is clear that no lock
  // that matters is held by a thread that does not exist here. Never returns.
  [[noreturn]] void run(const SignalMask& mask_of_program, EventFd& is_born) noexcept;

 private:
  struct Worker {
    pid_t pid = 0;  // 0: none
    std::uint32_t forks_done = 0;
    int status = 0;
    bool is_dead = false;  // and not yet reported
  };
  enum class Phase { serving, terminating, killing };

  void bury_the_dead() noexcept;
  void mark_dead(pid_t pid, int status) noexcept;
  int kill_orphans() noexcept;
  bool is_worker(pid_t pid) const noexcept;
  void look_after_parent() noexcept;
  void obey() noexcept;
  void fork_worker(int slot) noexcept;
  void signal_workers(int signal) noexcept;
  void begin_killing() noexcept;
  void end_if_alone() noexcept;
  void report(const WorkerReport& report) noexcept;
  void ring_bells() noexcept;
  void sleep() noexcept;

  Ledger& ledger_;
  EventFd& orders_;
  UniqueFd parent_;
  UniqueFd parent_execs_;
  UniqueFd signals_;
  const std::function<void(int)>& worker_main_;
  const std::vector<MarkedFd>& bells_;
  std::vector<Worker> workers_;
  SignalMask mask_of_program_{};
  pid_t own_pid_ = 0;
  Phase phase_ = Phase::serving;
  Deadline next_phase_ = never;
  Clock::time_point continued_at_{};
};

}  // namespace multiprocessing::detail
