// SPDX-License-Identifier: MIT
#include "process/fork_thread.hpp"

#include "os/output.hpp"
#include "os/pidfd.hpp"
#include "os/this_process.hpp"
#include "os/wait.hpp"
#include "os/wait_status.hpp"
#include "os/worker_surroundings.hpp"
#include "process/ending_times.hpp"
#include "process/worker_life.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <new>
#include <system_error>
#include <utility>

namespace multiprocessing::detail {
namespace {

constexpr std::chrono::milliseconds look_again{20};

WorkerReport report_of_refusal(int slot, WorkerReport::Call call, int error) {
  return {.kind = WorkerReport::Kind::refused, .slot = slot, .pid = 0, .status = error, .refused_call = call};
}

}  // namespace

ForkThread::ForkThread(int slots, std::function<void(int slot)> worker_main, const std::vector<MarkedFd>& bells,
                       const SignalMask& mask_of_program)
    : worker_main_(std::move(worker_main)),
      bells_(bells),
      mask_of_program_(mask_of_program),
      workers_(static_cast<std::size_t>(slots)) {
  reports_.reserve(2 * workers_.size());
}

void ForkThread::run() noexcept {
  name_process("mp-starter");
  MutexLock lock(mutex_);
  while (refusal_ == 0) {
    try {
      if (!has_its_descriptors()) {
        give_up(EBADF);
        break;
      }
      bury_the_dead();
      if (refusal_ == 0) obey(lock);
      if (refusal_ != 0) break;
      if (phase_ == Phase::gone) {
        orders_.close();  // now, so that a caller who has waited for the end finds no descriptor left
        break;
      }
      sleep(lock);
    } catch (const std::bad_alloc&) {
      sleep_without_memory(lock);
    } catch (const std::system_error& refused) {
      give_up(refused.code().value());
    }
  }
  changed_.notify_all();
}

// As long as there is no memory, looks now and then for work.
void ForkThread::sleep_without_memory(MutexLock& lock) noexcept { changed_.wait_for(lock.native(), look_again); }

bool ForkThread::has_its_descriptors() const noexcept {
  const auto has = [](const Worker& worker) {
    return worker.pidfd.is_ours() && (!worker.lifeline || worker.lifeline->is_ours());
  };
  return orders_.is_ours() && std::ranges::all_of(workers_, has) && std::ranges::all_of(bells_, &MarkedFd::is_ours);
}

bool ForkThread::is_whole() {
  const MutexLock lock(mutex_);
  return refusal_ != EBADF && (refusal_ != 0 || phase_ == Phase::gone || has_its_descriptors());
}

// The program has closed a descriptor of this object: no worker can be watched any more.
void ForkThread::give_up(int error) noexcept {
  refusal_ = error;
  for (Worker& worker : workers_) {
    const int slot = static_cast<int>(&worker - workers_.data());
    if (worker.fork == Worker::Fork::due) {
      worker.fork = Worker::Fork::none;
      report(report_of_refusal(slot, WorkerReport::Call::fork, error));
    }
    if (!worker.pidfd) continue;
    worker.pidfd.reset();
    worker.lifeline.reset();
    kill_child(worker.pid);
    report({.kind = WorkerReport::Kind::ended, .slot = slot, .pid = worker.pid, .status = wait_status_of(-SIGKILL)});
  }
  changed_.notify_all();
}

// Called after an order. If the program has closed the bell, the thread that sleeps would not notice it.
void ForkThread::ring() noexcept {
  if (refusal_ == 0 && phase_ != Phase::gone && !orders_.ring()) give_up(EBADF);
  changed_.notify_all();
}

void ForkThread::sleep(MutexLock& lock) {
  if (phase_ == Phase::serving && has_fork(Worker::Fork::due)) return;  // it was ordered during another fork
  if (is_alone() && phase_ == Phase::serving) return changed_.wait(lock.native());
  std::vector<int> fds;
  if (!somebody_lingers_) fds = pidfds();
  fds.push_back(orders_.fd());
  const Deadline deadline = somebody_lingers_ ? std::min(next_phase_, deadline_after(look_again)) : next_phase_;
  lock.unlocked([&] { wait_readable(fds, deadline); });
  orders_.drain();
}

void ForkThread::bury_the_dead() {
  somebody_lingers_ = false;
  for (const int ended : wait_for_readable(pidfds(), Clock::now())) {
    const ChildState state = reap_pidfd(ended);
    const auto worker = std::ranges::find_if(workers_, [&](const Worker& each) { return each.pidfd.get() == ended; });
    // Checked afterwards: a file of the program's, which has just got the number, may have looked like a dead worker.
    if (!worker->pidfd.is_ours()) return give_up(EBADF);
    if (!state.has_ended) {
      somebody_lingers_ = true;
      continue;
    }
    worker->pidfd.reset();
    worker->lifeline.reset();
    report({.kind = WorkerReport::Kind::ended,
            .slot = static_cast<int>(worker - workers_.begin()),
            .pid = worker->pid,
            .status = state.exitcode ? wait_status_of(*state.exitcode) : unknown_wait_status});
  }
}

void ForkThread::obey(MutexLock& lock) {
  for (std::size_t slot = 0; phase_ == Phase::serving && slot != workers_.size(); ++slot) {
    if (is_to_quit_ || refusal_ != 0) break;
    if (workers_[slot].fork == Worker::Fork::due) fork_worker(static_cast<int>(slot), lock);
  }
  changed_.notify_all();
  if (is_to_quit_ && phase_ == Phase::serving) {
    phase_ = Phase::terminating;
    next_phase_ = deadline_after(time_to_terminate);
    signal_all(SIGTERM);
    // A stopped process would not handle the SIGTERM.
    signal_all(SIGCONT);
  } else if (phase_ == Phase::terminating && Clock::now() >= next_phase_) {
    phase_ = Phase::killing;
    next_phase_ = deadline_after(time_to_die);
    signal_all(SIGKILL);
  }
  if (phase_ != Phase::serving && (is_alone() || (phase_ == Phase::killing && Clock::now() >= next_phase_))) {
    phase_ = Phase::gone;
  }
}

void ForkThread::be_worker(int slot, pid_t program, ExecWatch& lifeline) noexcept {
  // Stays open as long as this process lives. Closing the other end needs no permission to kill; and when the program
  // ends, the signal of die_with_parent() is not sent to a process of another user.
  const int far_end = lifeline.take_far_end().release().number;
  if (!wait_to_be_let_go(far_end)) leave_process(1);
  die_with_near_end(far_end);
  for (Worker& elder : workers_) elder.pidfd.reset();
  orders_.close();
  set_server_signals();
  // The pool then forks another worker, at a better moment.
  if (!leave_on_exit(flush_own_output)) leave_process(1);
  begin_worker({.pid = program}, slot, mask_of_program_);
  worker_main_(slot);
  leave_worker(0);
}

void ForkThread::fork_worker(int slot, MutexLock& lock) {
  Worker& worker = workers_[static_cast<std::size_t>(slot)];
  worker.fork = Worker::Fork::under_way;
  Newborn newborn = lock.unlocked([&] { return give_birth(slot); });
  worker.fork = Worker::Fork::none;
  worker.pid = newborn.report.pid;
  worker.pidfd = std::move(newborn.pidfd);
  worker.lifeline = std::move(newborn.lifeline);
  report(newborn.report);
  changed_.notify_all();
  if (refusal_ != 0) return give_up(refusal_);  // once more: the first time it did not know this worker
  if (is_to_quit_) signal_worker(worker, SIGKILL);
  for (int signal = 1; worker.kept_signals >> signal != 0; ++signal) {
    if ((worker.kept_signals >> signal & 1) != 0) signal_worker(worker, signal);
  }
  if (worker.lifeline) worker.lifeline->let_go();
}

// Without the mutex: others give orders and read reports meanwhile. The worker does nothing until it is let go: it
// answers nobody before it is reported, and the pool that it was made for may have ended.
ForkThread::Newborn ForkThread::give_birth(int slot) noexcept {
  WorkerReport::Call call = WorkerReport::Call::socketpair;
  int error = ENOMEM;
  pid_t pid = 0;
  try {
    auto lifeline = std::make_unique<ExecWatch>();
    call = WorkerReport::Call::fork;
    const pid_t program = this_process();
    flush_output_if_free();
    pid = fork_process();
    if (pid == 0) be_worker(slot, program, *lifeline);
    if (pid < 0) return {.report = report_of_refusal(slot, call, last_error())};
    lifeline->take_far_end();
    call = WorkerReport::Call::pidfd_open;
    UniqueFd pidfd = open_pidfd(pid);
    return {.report =
                {.kind = WorkerReport::Kind::started, .slot = slot, .pid = pid, .status = 0, .forked_at = Clock::now()},
            .pidfd = std::move(pidfd),
            .lifeline = std::move(lifeline)};
  } catch (const std::system_error& refused) {
    error = refused.code().value();
  } catch (const std::bad_alloc&) {
  }
  if (pid > 0) kill_child(pid);
  return {.report = report_of_refusal(slot, call, error)};
}

void ForkThread::report(const WorkerReport& report) {
  reports_.push_back(report);
  for (const MarkedFd& bell : bells_) {
    if (!is_to_quit_ && bell.is_ours()) EventFd::ring(bell.number);  // when the pool has ended they are closed
  }
}

std::vector<int> ForkThread::pidfds() const {
  std::vector<int> fds;
  for (const Worker& worker : workers_) {
    if (worker.pidfd) fds.push_back(worker.pidfd.get());
  }
  return fds;
}

void ForkThread::order_fork(int slot) {
  const MutexLock lock(mutex_);
  ring();
  if (refusal_ != 0) return report(report_of_refusal(slot, WorkerReport::Call::fork, refusal_));
  Worker& worker = workers_[static_cast<std::size_t>(slot)];
  worker.fork = Worker::Fork::due;
  worker.ordered_by = std::this_thread::get_id();
  worker.kept_signals = 0;
}

void ForkThread::wait_until_forked() noexcept {
  MutexLock lock(mutex_);
  const auto is_awaited = [caller = std::this_thread::get_id()](const Worker& worker) {
    return worker.fork != Worker::Fork::none && worker.ordered_by == caller;
  };
  changed_.wait(lock.native(), [&]() MULTIPROCESSING_REQUIRES(mutex_) {
    return is_to_quit_ || refusal_ != 0 || std::ranges::none_of(workers_, is_awaited);
  });
}

void ForkThread::signal(int slot, int signal) noexcept {
  const MutexLock lock(mutex_);
  signal_worker(workers_[static_cast<std::size_t>(slot)], signal);
}

void ForkThread::signal_worker(Worker& worker, int signal) noexcept {
  if (!worker.pidfd.is_ours()) return give_up(EBADF);
  if (!worker.pidfd) worker.kept_signals |= std::uint32_t{1} << signal;
  if (!worker.pidfd || signal_pidfd(worker.pidfd.get(), signal)) return;
  const int error = last_error();
  // The program has given up the right to signal the worker.
  if (error != ESRCH && signal != SIGCONT) worker.lifeline.reset();
}

std::optional<WorkerReport> ForkThread::next_report() {
  const MutexLock lock(mutex_);
  if (reports_.empty()) return std::nullopt;
  const WorkerReport report = reports_.front();
  reports_.erase(reports_.begin());
  return report;
}

void ForkThread::order_quit() noexcept {
  const MutexLock lock(mutex_);
  is_to_quit_ = true;
  ring();
}

void ForkThread::kill() noexcept {
  const MutexLock lock(mutex_);
  signal_all(SIGKILL);
}

bool ForkThread::wait_until_gone(Deadline deadline) {
  MutexLock lock(mutex_);
  const auto is_gone = [this]() MULTIPROCESSING_REQUIRES(mutex_) {
    return phase_ == Phase::gone || (refusal_ != 0 && !has_fork(Worker::Fork::under_way));
  };
  if (deadline != never) return changed_.wait_until(lock.native(), deadline, is_gone);
  changed_.wait(lock.native(), is_gone);
  return true;
}

}  // namespace multiprocessing::detail
