// SPDX-License-Identifier: MIT
#include "process/server_loop.hpp"

#include "os/children.hpp"
#include "os/output.hpp"
#include "os/this_process.hpp"
#include "os/wait.hpp"
#include "os/worker_surroundings.hpp"
#include "process/ending_times.hpp"
#include "process/worker_life.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <utility>

namespace multiprocessing::detail {
namespace {

// The list of children can miss one while others end; then no SIGCHLD comes for it.
constexpr std::chrono::milliseconds look_again{20};

}  // namespace

ServerLoop::ServerLoop(Ledger& ledger, EventFd& orders, UniqueFd parent, UniqueFd parent_execs,
                       const std::function<void(int)>& worker_main, const std::vector<MarkedFd>& bells)
    : ledger_(ledger),
      orders_(orders),
      parent_(std::move(parent)),
      parent_execs_(std::move(parent_execs)),
      signals_(open_server_signals()),
      worker_main_(worker_main),
      bells_(bells),
      workers_(static_cast<std::size_t>(ledger.slots())) {}

void ServerLoop::run(const SignalMask& mask_of_program, EventFd& is_born) noexcept {
  // The workers inherit this.
  if (!leave_on_exit(flush_own_output)) leave_process(1);
  is_born.ring();
  is_born.close();
  mask_of_program_ = mask_of_program;
  own_pid_ = this_process();
  adopt_orphans();
  name_process("mp-forkserver");
  set_server_signals();
  // Workers do not map the ledger.
  ledger_.forbid_fork_inheritance();
  for (;; sleep()) {
    bury_the_dead();
    look_after_parent();
    obey();
    if (phase_ != Phase::serving) end_if_alone();
  }
}

void ServerLoop::sleep() noexcept {
  Deadline deadline = next_phase_;
  if (phase_ == Phase::killing) deadline = std::min(deadline, deadline_after(look_again));
  // The pidfd of a parent that has ended stays readable for ever.
  const bool is_parent_gone = phase_ == Phase::killing;
  const std::array<int, 4> fds{is_parent_gone ? -1 : parent_.get(), is_parent_gone ? -1 : parent_execs_.get(),
                               orders_.fd(), signals_.get()};
  wait_readable(fds, deadline);
  orders_.drain();
  // Read before the signals: a parent that asks has gone on after a stop, and so its SIGCONT is here, too.
  const std::uint32_t questions = ledger_.questions();
  const ServerSignals signals = drain_server_signals(signals_.get());
  if (signals.was_continued) continued_at_ = Clock::now();
  // Also rings for a worker that has lost its bells (worker_ring_through_server): then nobody has died.
  if (ledger_.answer(questions, continued_at_) || signals.was_of_child) ring_bells();
}

void ServerLoop::bury_the_dead() noexcept {
  bool somebody_died = false;
  while (const auto ended = reap_any_child()) {
    mark_dead(ended->pid, ended->status);
    somebody_died = true;
  }
  if (!somebody_died) return;
  // Also after the death of an orphan, whose children are now children of this process.
  kill_orphans();
  for (int slot = 0; slot != ledger_.slots(); ++slot) {
    Worker& worker = workers_[static_cast<std::size_t>(slot)];
    if (!worker.is_dead) continue;
    worker.is_dead = false;
    const pid_t pid = std::exchange(worker.pid, 0);
    report({.kind = WorkerReport::Kind::ended, .slot = slot, .pid = pid, .status = worker.status});
  }
}

void ServerLoop::mark_dead(pid_t pid, int status) noexcept {
  const auto worker = std::ranges::find(workers_, pid, &Worker::pid);
  if (worker == workers_.end()) return;
  worker->status = status;
  worker->is_dead = true;
}

bool ServerLoop::is_worker(pid_t pid) const noexcept {
  return std::ranges::find(workers_, pid, &Worker::pid) != workers_.end();
}

// Kills the children that are no workers: their workers have died.
int ServerLoop::kill_orphans() noexcept {
  int orphans = 0;
  Children children;
  while (const auto child = children.next()) {
    if (is_worker(*child) || !is_in_own_session(*child)) continue;
    send_signal(*child, SIGKILL);
    ++orphans;
  }
  return orphans;
}

void ServerLoop::look_after_parent() noexcept {
  if (phase_ == Phase::killing) return;
  const std::array<int, 2> fds{parent_.get(), parent_execs_.get()};
  if (wait_readable(fds, Clock::now())) begin_killing();
}

void ServerLoop::obey() noexcept {
  if (phase_ == Phase::serving && ledger_.quit_is_due()) {
    phase_ = Phase::terminating;
    next_phase_ = deadline_after(time_to_terminate);
    signal_workers(SIGTERM);
    // A stopped process would not handle the SIGTERM.
    signal_workers(SIGCONT);
  }
  if (phase_ == Phase::terminating && Clock::now() >= next_phase_) begin_killing();
  if (phase_ != Phase::serving) return;
  for (int slot = 0; slot != ledger_.slots(); ++slot) {
    Worker& worker = workers_[static_cast<std::size_t>(slot)];
    if (worker.pid == 0 && ledger_.fork_is_due(slot, worker.forks_done)) fork_worker(slot);
    const std::uint32_t signals = ledger_.take_signals(slot, worker.forks_done);
    for (int signal = 1; worker.pid != 0 && signals >> signal != 0; ++signal) {
      if ((signals >> signal & 1) != 0) send_signal(worker.pid, signal);
    }
  }
}

void ServerLoop::fork_worker(int slot) noexcept {
  Worker& worker = workers_[static_cast<std::size_t>(slot)];
  ++worker.forks_done;
  const pid_t pid = fork_process();
  if (pid == 0) {
    parent_.reset();
    parent_execs_.reset();
    signals_.reset();
    orders_.close();
    begin_worker({.pid = own_pid_, .is_server = true}, slot, mask_of_program_);
    worker_main_(slot);
    leave_worker(0);
  }
  if (pid < 0) return report({.kind = WorkerReport::Kind::refused, .slot = slot, .pid = 0, .status = last_error()});
  worker.pid = pid;
  report({.kind = WorkerReport::Kind::started, .slot = slot, .pid = pid, .status = 0, .forked_at = Clock::now()});
}

void ServerLoop::signal_workers(int signal) noexcept {
  for (const Worker& worker : workers_) {
    if (worker.pid != 0) send_signal(worker.pid, signal);
  }
}

void ServerLoop::begin_killing() noexcept {
  phase_ = Phase::killing;
  next_phase_ = deadline_after(time_to_die);
  signal_workers(SIGKILL);
}

void ServerLoop::end_if_alone() noexcept {
  const bool has_workers = std::ranges::any_of(workers_, [](const Worker& worker) { return worker.pid != 0; });
  if (!has_workers && kill_orphans() == 0) leave_process(0);
  if (phase_ == Phase::killing && Clock::now() >= next_phase_) leave_process(1);
}

void ServerLoop::report(const WorkerReport& report) noexcept {
  ledger_.report(report);
  ring_bells();
}

void ServerLoop::ring_bells() noexcept {
  for (const MarkedFd& bell : bells_) EventFd::ring(bell.number);
}

}  // namespace multiprocessing::detail
