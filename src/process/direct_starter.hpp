// SPDX-License-Identifier: MIT
#pragma once

#include "os/owner_mark.hpp"
#include "os/signals.hpp"
#include "os/unique_fd.hpp"
#include "process/worker_starter.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace multiprocessing::detail {

class ForkThread;

// Forks the workers in the program itself, from a thread that lives as long as they do, because the kernel ends a
// worker when the thread that forked it ends. So workers also end when the program ends or calls exec. A worker begins
// with the program's memory as it is at the fork, with the locks that other threads hold then. This starter does not
// know when the program was stopped and continued. The destructor ends all workers, within 2 s; in a process that the
// program forked it touches nothing.
class DirectStarter final : public WorkerStarter {
 public:
  // The parameters are those of ForkServer. Throws std::system_error.
  DirectStarter(int slots, std::function<void(int slot)> worker_main, std::vector<MarkedFd> bells);
  ~DirectStarter() override;

  void order_fork(int slot) override;
  void wait_until_forked() noexcept override;
  void order_signal(int slot, int signal) override;
  std::optional<WorkerReport> next_report() override;
  std::optional<Clock::time_point> continued_at(Clock::time_point when) override;
  int lost_fd() const override;
  void order_quit() override;
  bool wait_until_gone(Deadline deadline) override;
  void kill() override;
  bool is_whole() const override;
  pid_t pid() const override;

 private:
  OwnerMark mark_;
  std::shared_ptr<ForkThread> fork_thread_;  // the thread's, too
};

}  // namespace multiprocessing::detail
