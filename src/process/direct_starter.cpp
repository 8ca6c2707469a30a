// SPDX-License-Identifier: MIT
#include "process/direct_starter.hpp"

#include "os/quiet_thread.hpp"
#include "process/nursery.hpp"

#include <chrono>
#include <csignal>

namespace multiprocessing::detail {

DirectStarter::DirectStarter(int slots, std::function<void(int)> worker_main, std::vector<MarkedFd> bells) {
  const SignalsBlocked blocked;
  nursery_ = std::make_shared<Nursery>(slots, std::move(worker_main), bells, blocked.before());
  start_quiet_thread([nursery = nursery_] { nursery->run(); });
}

DirectStarter::~DirectStarter() {
  if (mark_.inherited()) {
    // Its lock may be held by a thread that does not exist here.
    [[maybe_unused]] const auto* not_ours = new std::shared_ptr<Nursery>(std::move(nursery_));
    return;
  }
  order_quit();
  if (wait_until_gone(deadline_after(std::chrono::milliseconds(1500)))) return;
  kill();
  wait_until_gone(deadline_after(std::chrono::milliseconds(500)));
}

void DirectStarter::order_fork(int slot) { nursery_->order_fork(slot); }
void DirectStarter::order_signal(int slot, int signal) { nursery_->signal(slot, signal); }
std::optional<WorkerReport> DirectStarter::next_report() { return nursery_->next_report(); }
std::optional<Clock::time_point> DirectStarter::continued_at(Clock::time_point) { return Clock::time_point(); }
int DirectStarter::lost_fd() const { return -1; }
void DirectStarter::order_quit() { nursery_->order_quit(); }
bool DirectStarter::wait_until_gone(Deadline deadline) { return nursery_->wait_until_gone(deadline); }
void DirectStarter::kill() { nursery_->kill(); }
bool DirectStarter::is_whole() const { return nursery_->is_whole(); }
pid_t DirectStarter::pid() const { return mark_.owner(); }

}  // namespace multiprocessing::detail
