// SPDX-License-Identifier: MIT
#include "process/direct_starter.hpp"

#include "os/thread_without_signals.hpp"
#include "process/fork_thread.hpp"

#include <chrono>
#include <csignal>

namespace multiprocessing::detail {

DirectStarter::DirectStarter(int slots, std::function<void(int)> worker_main, std::vector<MarkedFd> bells) {
  const SignalsBlocked blocked;
  fork_thread_ = std::make_shared<ForkThread>(slots, std::move(worker_main), bells, blocked.before());
  start_thread_without_signals([fork_thread = fork_thread_] { fork_thread->run(); });
}

DirectStarter::~DirectStarter() {
  if (mark_.inherited()) {
    // A thread that does not exist here may hold its lock.
    [[maybe_unused]] const auto* not_ours = new std::shared_ptr<ForkThread>(std::move(fork_thread_));
    return;
  }
  order_quit();
  if (wait_until_gone(deadline_after(std::chrono::milliseconds(1500)))) return;
  kill();
  wait_until_gone(deadline_after(std::chrono::milliseconds(500)));
}

void DirectStarter::order_fork(int slot) { fork_thread_->order_fork(slot); }
void DirectStarter::wait_until_forked() noexcept { fork_thread_->wait_until_forked(); }
void DirectStarter::order_signal(int slot, int signal) { fork_thread_->signal(slot, signal); }
std::optional<WorkerReport> DirectStarter::next_report() { return fork_thread_->next_report(); }
std::optional<Clock::time_point> DirectStarter::continued_at(Clock::time_point) { return Clock::time_point(); }
int DirectStarter::lost_fd() const { return -1; }
void DirectStarter::order_quit() { fork_thread_->order_quit(); }
bool DirectStarter::wait_until_gone(Deadline deadline) { return fork_thread_->wait_until_gone(deadline); }
void DirectStarter::kill() { fork_thread_->kill(); }
bool DirectStarter::is_whole() const { return fork_thread_->is_whole(); }
pid_t DirectStarter::pid() const { return mark_.owner(); }

}  // namespace multiprocessing::detail
